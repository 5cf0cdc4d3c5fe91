import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { OPERATOR, type CatalogCommand, type Fault as CommandFault } from '@ratestream/catalog';
import { idempotencyKeyReused, ProblemError, type Caller, type Fault } from '@ratestream/http';
import type { Tx } from '@ratestream/postgres';
import type { NoticePortOptions } from '../notices/notice.port.js';
import { CommandHandler, type CommandAnswer, type CommandResult } from '../commands/command-handler.js';
import { authorityOf, type CommandHeaders } from './command-context.js';
import { COMMANDS, NOTICES } from './tokens.js';

const STATUS = { invalid: 422, conflict: 409, not_found: 404, forbidden: 403 } as const;

/** Between the controllers and the command handler: caller and headers in, answer or problem out. */
@Injectable()
export class CommandPort {
  constructor(
    @Inject(COMMANDS) private readonly handler: CommandHandler,
    @Inject(NOTICES) private readonly notices: Pick<NoticePortOptions, 'desk' | 'view'>,
  ) {}

  /** Runs a command whose body is already checked. `asked`: what the client sent, for the idempotency key. */
  async run(
    command: CatalogCommand,
    caller: Caller,
    headers: CommandHeaders,
    asked: unknown = null,
  ): Promise<CommandAnswer> {
    return (await this.runOnce(command, caller, headers, asked)).answer;
  }

  /** As `run`, and says whether this is the answer to an earlier request. */
  async runOnce(
    command: CatalogCommand,
    caller: Caller,
    headers: CommandHeaders,
    asked: unknown,
  ): Promise<{ answer: CommandAnswer; repeated: boolean }> {
    const { desk } = this.notices;
    return this.carryOut(command, caller, headers, asked, (tx) =>
      desk.planTerms(tx, command, { by: caller.keyId, scope: caller.scope }),
    );
  }

  /** Takes a version back and tells whoever pays by it; `waiveNotice`: why they may be told late. */
  async withdraw(
    id: string,
    version: number,
    waiveNotice: string | null,
    caller: Caller,
    headers: CommandHeaders,
  ): Promise<CommandAnswer> {
    const { desk, view } = this.notices;
    const card = view.cards.get(id);
    // Who may not see the card learns nothing of it from what its notice would need.
    const seen = card !== undefined && caller.sees(card.owner ?? OPERATOR);
    const plan = seen ? await desk.prepareWithdrawal(card, version, { by: caller.keyId, waiveNotice }) : null;
    const command = { type: 'WithdrawRates' as const, id, version };
    return (await this.carryOut(command, caller, headers, null, plan ?? (() => Promise.resolve()))).answer;
  }

  private async carryOut(
    command: CatalogCommand,
    caller: Caller,
    headers: CommandHeaders,
    asked: unknown,
    plan: (tx: Tx) => Promise<void>,
  ): Promise<{ answer: CommandAnswer; repeated: boolean }> {
    const done = doneOrThrow(
      await this.handler.execute({
        command,
        authority: authorityOf(caller),
        actor: caller.keyId,
        expectedVersion: headers.expectedVersion,
        idempotency: headers.claimOf(caller, asked),
        alongside: plan,
      }),
    );
    this.notices.desk.planned();
    return done;
  }
}

/** The client's own id, or a new one; ids are never reused. */
export function idOf(body: { id?: string | undefined }): string {
  return body.id ?? randomUUID();
}

/** Turns a command's result into its answer, or into the problem that says every reason against it. */
export function doneOrThrow(result: CommandResult): { answer: CommandAnswer; repeated: boolean } {
  switch (result.outcome) {
    case 'done':
      return result;
    case 'other_request':
      throw idempotencyKeyReused();
    case 'stale':
      throw new ProblemError(412, 'version_mismatch', `It has changed since: its version is ${result.version}.`);
    default: {
      const [first] = result.faults;
      const code = result.outcome === 'invalid' ? 'invalid' : (first?.code ?? result.outcome);
      const detail =
        result.faults.length === 1
          ? `${sentence(first?.message ?? '')}`
          : `${result.faults.length} fields are at fault.`;
      throw new ProblemError(STATUS[result.outcome], code, detail, result.faults.map(faultOf));
    }
  }
}

function faultOf({ field, code, message }: CommandFault): Fault {
  return { ...(field === '' ? {} : { pointer: `/${field}` }), code, detail: message };
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
