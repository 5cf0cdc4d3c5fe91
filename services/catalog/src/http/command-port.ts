import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import type { CatalogCommand, Fault as CommandFault } from '@ratestream/catalog';
import { idempotencyKeyReused, ProblemError, type Caller, type Fault } from '@ratestream/http';
import { CommandHandler, type CommandAnswer, type CommandResult } from '../commands/command-handler.js';
import { authorityOf, type CommandHeaders } from './command-context.js';
import { COMMANDS } from './tokens.js';

const STATUS = { invalid: 422, conflict: 409, not_found: 404, forbidden: 403 } as const;

/** Between the controllers and the command handler: caller and headers in, answer or problem out. */
@Injectable()
export class CommandPort {
  constructor(@Inject(COMMANDS) private readonly handler: CommandHandler) {}

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
    return doneOrThrow(
      await this.handler.execute({
        command,
        authority: authorityOf(caller),
        actor: caller.keyId,
        expectedVersion: headers.expectedVersion,
        idempotency: headers.claimOf(caller, asked),
      }),
    );
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
