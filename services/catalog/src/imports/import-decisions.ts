import { inForce, type CatalogView, type RateCard } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { conflict, notFound, type ProblemError, type Caller } from '@ratestream/http';
import type { Pool } from '@ratestream/postgres';
import type { CommandAnswer, CommandResult } from '../commands/command-handler.js';
import { refuseMaker } from '../commands/second-person.js';
import type { RowPublisher } from '../commands/row-publisher.js';
import { authorityOf, type CommandHeaders } from '../http/command-context.js';
import { authorsOf } from '../derived/derivation-authors.js';
import { doneOrThrow } from '../http/command-port.js';
import type { NoticeDesk } from '../notices/notice-desk.js';
import { answeredBefore } from '../store/command-answers.js';
import { keptRates } from './import-chunks.js';
import { unwantedRefusals, type RateImport } from './import.js';
import { decideImport, findImport, listGroup } from './import-store.js';

export interface Approval {
  /** Publish although rows that the mapping wanted are refused. */
  acceptRefused: boolean;
  /** Publish although the instant is past. */
  backdated: boolean;
  /** The scheduled version that this one takes the place of. */
  supersedes: number | null;
  /** Why customers are told later than the card's notice days say; null: they are not. */
  waiveNotice: string | null;
}

export interface DecisionsOptions {
  pool: Pool;
  view: CatalogView;
  publisher: RowPublisher;
  notices: NoticeDesk;
  /** Nobody approves what they had a part in. */
  secondApprover: boolean;
  clock: () => number;
}

/** What people decide about staged imports. Publishing and the import's end are one transaction. */
export class ImportDecisions {
  constructor(private readonly options: DecisionsOptions) {}

  async approve(
    cardId: string,
    importId: string,
    approval: Approval,
    caller: Caller,
    headers: CommandHeaders,
  ): Promise<CommandAnswer> {
    const { pool, view, publisher, notices, clock } = this.options;
    const idempotency = headers.claimOf(caller, approval);
    const before = idempotency === null ? null : await answeredBefore(pool, idempotency);
    if (before !== null) return before as CommandAnswer;
    const found = await this.staged(cardId, importId);
    const baseVersion = await this.check(found, approval, caller);
    const rates = await allKeptRates(pool, importId);
    const plan = await notices.prepare(
      view.cards.get(cardId) as RateCard,
      { baseVersion, next: rates, effectiveFrom: found.effectiveFrom, insteadOf: approval.supersedes },
      { by: caller.keyId, waiveNotice: approval.waiveNotice },
    );
    const result = await publisher.rates(
      cardId,
      rates,
      { effectiveFrom: found.effectiveFrom, backdated: approval.backdated, insteadOf: approval.supersedes },
      {
        authority: authorityOf(caller),
        actor: caller.keyId,
        expectedVersion: headers.expectedVersion,
        idempotency,
        alongside: async (tx, answer) => {
          const published = answer as unknown as { version: number; effectiveFrom: number };
          // From here on nobody else publishes: what was in force while this was looked at is so still, or it is too late.
          const base = inForce(view.versions(cardId), found.effectiveFrom ?? published.effectiveFrom);
          if (base !== baseVersion) throw baseChanged(baseVersion, base);
          const decision = { status: 'approved', by: caller.keyId, at: clock(), version: published.version } as const;
          if (!(await decideImport(tx, importId, decision))) throw notStaged('decided meanwhile');
          await plan?.(tx, published);
        },
      },
    );
    const { answer } = doneOrThrow(named(result));
    if (plan !== null) notices.planned();
    return answer;
  }

  async discard(cardId: string, importId: string, caller: Caller): Promise<void> {
    const found = await this.find(cardId, importId);
    if (found.status === 'discarded') return;
    refuseMember(found);
    if (found.status !== 'staged') throw notStaged(found.status);
    const decision = { status: 'discarded', by: caller.keyId, at: this.options.clock(), version: null } as const;
    if (!(await decideImport(this.options.pool, importId, decision))) throw notStaged('decided meanwhile');
  }

  async find(cardId: string, importId: string): Promise<RateImport> {
    const found = await findImport(this.options.pool, cardId, importId);
    if (found === null) throw notFound('import', importId);
    return found;
  }

  private async staged(cardId: string, importId: string): Promise<RateImport> {
    const found = await this.find(cardId, importId);
    if (found.status !== 'staged') throw notStaged(found.status);
    refuseMember(found);
    return found;
  }

  /**
   * Approves every date of a sheet in their order, each as a version of its own; stops at the first that is refused.
   *
   * Out     the answer to the last one, with the versions of all
   */
  async approveGroup(
    cardId: string,
    importId: string,
    approval: Approval,
    caller: Caller,
    headers: CommandHeaders,
  ): Promise<CommandAnswer & { versions: number[] }> {
    const found = await this.find(cardId, importId);
    const members = found.group === null ? [found] : await listGroup(this.options.pool, found.group.id);
    const allDone = members.every(({ status }) => status === 'approved');
    const versions: number[] = [];
    let last: CommandAnswer | null = null;
    for (const [index, { id, status, publishedVersion }] of members.entries()) {
      // What an earlier try had published before it was refused stays; where all is, it is a repeat.
      if (status === 'approved' && publishedVersion !== null && !allDone) {
        versions.push(publishedVersion);
        continue;
      }
      const own: CommandHeaders = {
        // Whoever asked has seen the card as it was before the first.
        expectedVersion: index === 0 ? headers.expectedVersion : null,
        claimOf: (by, body) => {
          const claim = headers.claimOf(by, body);
          return claim === null ? null : { ...claim, idempotencyKey: `${claim.idempotencyKey}/${index + 1}` };
        },
      };
      const supersedes = index === 0 ? approval.supersedes : null;
      last = await this.approve(cardId, id, { ...approval, supersedes }, caller, own);
      versions.push((last as unknown as { version: number }).version);
    }
    return { ...(last as CommandAnswer), versions };
  }

  /** The date before it in the same sheet, whose rates it was compared with; null: there is none. */
  private async before({ group, baseVersion }: RateImport): Promise<RateImport | null> {
    if (group === null || group.place === 1) return null;
    const members = await listGroup(this.options.pool, group.id);
    const before = members.find((one) => one.group?.place === group.place - 1) ?? null;
    return before?.baseVersion === baseVersion ? before : null;
  }

  /** Keys that had a part in the prices. What an earlier release has computed does not say whose terms it was computed by. */
  private async makers({ cardId, uploadedBy, madeBy, derived }: RateImport): Promise<string[]> {
    if (derived === null || madeBy.length > 0) return [uploadedBy, ...madeBy];
    return [uploadedBy, ...(await authorsOf(this.options.pool, { id: cardId }, derived))];
  }

  /** Out: the version in force where the sheet takes effect, which it was compared with. */
  private async check(found: RateImport, { acceptRefused }: Approval, caller: Caller): Promise<number | null> {
    const { view, secondApprover, clock } = this.options;
    if (secondApprover) refuseMaker(view, caller, await this.makers(found), 'had a part in these prices');
    if (found.summary === null) throw notStaged(found.status);
    const refused = unwantedRefusals(found.summary, found.group);
    if (refused > 0 && !acceptRefused)
      throw conflict(
        'rows_refused',
        `${refused} rows are refused; say acceptRefused to publish the others without them.`,
      );
    const before = await this.before(found);
    if (before?.status === 'staged')
      throw conflict(
        'earlier_date_first',
        `Import ${before.id} of the same sheet takes effect before it: decide it first.`,
      );
    const base = inForce(view.versions(found.cardId), found.effectiveFrom ?? clock());
    const compared = before === null ? found.baseVersion : before.publishedVersion;
    if (base !== compared || (before !== null && compared === null)) throw baseChanged(compared, base);
    return base;
  }
}

/** Every card of a bulk change is published or none: one alone is neither approved nor discarded. */
function refuseMember({ bulkId }: RateImport): void {
  if (bulkId !== null)
    throw conflict('part_of_bulk_change', `It is part of bulk change ${bulkId} and is decided with all of it.`);
}

/** All rates that an approval publishes. */
export async function allKeptRates(pool: Pool, importId: string): Promise<RateRow[]> {
  const rates: RateRow[] = [];
  for await (const piece of keptRates(pool, importId)) for (const rate of piece) rates.push(rate);
  return rates;
}

/** Faults as the fields of an approval are called. */
function named(result: CommandResult): CommandResult {
  if (!('faults' in result)) return result;
  const faults = result.faults.map((fault) =>
    fault.field === 'insteadOf' ? { ...fault, field: 'supersedes' } : fault,
  );
  return { ...result, faults };
}

function baseChanged(compared: number | null, base: number | null): ProblemError {
  return conflict(
    'base_changed',
    `The sheet was compared with version ${compared ?? 'none'}, and ${base ?? 'none'} is in force there now; bring it again.`,
  );
}

function notStaged(status: string): ProblemError {
  return conflict('not_staged', `The import is ${status}, so there is nothing to decide.`);
}
