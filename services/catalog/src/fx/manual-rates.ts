import { randomUUID } from 'node:crypto';
import { decide, type CatalogSettings, type CatalogView } from '@ratestream/catalog';
import { conflict, idempotencyKeyReused, invalid, notFound, type Caller, type ProblemError } from '@ratestream/http';
import { ECB, type FxBook } from '@ratestream/fx';
import { transaction, type Pool } from '@ratestream/postgres';
import type { CommandHandler } from '../commands/command-handler.js';
import { refuseMaker } from '../commands/second-person.js';
import { authorityOf, type CommandHeaders } from '../http/command-context.js';
import { doneOrThrow } from '../http/command-port.js';
import { answeredBefore, claim, keepAnswer, type Claim } from '../store/command-answers.js';
import { newDays, type FxPublication } from './fx-publisher.js';
import { decideManual, findManual, insertManual, type ManualRates, type ManualSummary } from './manual-rates.store.js';

export interface ManualRatesOptions {
  pool: Pool;
  view: CatalogView;
  fx: Pick<FxBook, 'knownSince'>;
  settings: CatalogSettings;
  commands: Pick<CommandHandler, 'execute'>;
  /** Whoever entered rates does not approve them. */
  secondApprover: boolean;
  /** Microseconds UTC. */
  clock: () => number;
}

/** Rates that a person brought wait until another one approves them. Publishing them and their end are one transaction. */
export class ManualFxRates {
  constructor(private readonly options: ManualRatesOptions) {}

  /** Errors: 422 for rates that the catalog would refuse, all faults at once; they are not staged. */
  async stage(
    publication: FxPublication & { note: string },
    caller: Caller,
    headers: CommandHeaders,
  ): Promise<ManualRates> {
    if (publication.source === ECB.source)
      throw invalid([
        { pointer: '/source', code: 'reserved', detail: `"${ECB.source}" is what the bank publishes; name another` },
      ]);
    return this.get(await this.stageAny(publication, caller, headers.claimOf(caller, publication)));
  }

  /**
   * Stages the days of a bank's file that say something new.
   *
   * Out     null where none does. The same Idempotency-Key with the same file names what was staged then
   */
  async stageFile(
    file: FxPublication & { note: string; sha256: string },
    caller: Caller,
    headers: CommandHeaders,
  ): Promise<ManualSummary | null> {
    const { pool, view } = this.options;
    const { source, base, note, sha256 } = file;
    const idempotency = headers.claimOf(caller, sha256);
    const before = idempotency === null ? null : await answeredBefore(pool, idempotency);
    if (before !== null) return this.summary((before as { id: string }).id);
    const days = newDays(view, file);
    if (days.length === 0) return null;
    return this.summary(await this.stageAny({ source, base, days, note }, caller, idempotency));
  }

  private async stageAny(
    publication: FxPublication & { note: string },
    caller: Caller,
    idempotency: Claim | null,
  ): Promise<string> {
    const { pool, view, clock } = this.options;
    this.tryOut(publication, caller);
    const { source, base, days, note } = publication;
    const dates = days.map(({ date }) => date).sort();
    const staged: ManualRates = {
      ...{ id: randomUUID(), source, base, days: [...days], note, status: 'staged', stagedBy: caller.keyId },
      ...{ dayCount: days.length, firstDate: dates.at(0) ?? '', lastDate: dates.at(-1) ?? '' },
      ...{ stagedAt: Math.max(clock(), view.asOf), decidedBy: null, decidedAt: null, position: null },
    };
    return transaction(pool, async (tx) => {
      if (idempotency !== null) {
        const claimed = await claim(tx, idempotency);
        if (claimed.outcome === 'other_request') throw idempotencyKeyReused();
        if (claimed.outcome === 'answered') return (claimed.answer as { id: string }).id;
      }
      await insertManual(tx, staged);
      if (idempotency !== null) await keepAnswer(tx, idempotency, { id: staged.id });
      return staged.id;
    });
  }

  async approve(id: string, caller: Caller, headers: CommandHeaders): Promise<ManualRates> {
    const { pool, view, commands, secondApprover, clock } = this.options;
    const idempotency = headers.claimOf(caller, null);
    if (idempotency !== null && (await answeredBefore(pool, idempotency)) !== null) return this.get(id);
    const found = await this.get(id);
    if (found.status !== 'staged') throw notStaged(found.status);
    if (secondApprover) refuseMaker(view, caller, [found.stagedBy], 'brought the rates');
    const { source, base, days } = found;
    doneOrThrow(
      await commands.execute({
        command: { type: 'PublishFxRates', id: source, body: { base, days } },
        authority: authorityOf(caller),
        actor: caller.keyId,
        expectedVersion: null,
        idempotency,
        alongside: async (tx, { position }) => {
          this.refuseOutdated(found);
          const decision = { status: 'approved', by: caller.keyId, at: clock(), position } as const;
          if (!(await decideManual(tx, id, decision))) throw notStaged('decided meanwhile');
        },
      }),
    );
    return this.get(id);
  }

  /** What somebody else, mostly the feed, has published since is newer than what waited; the bank's own file is not sent again. */
  private refuseOutdated({ source, days, stagedAt }: ManualRates): void {
    const { view, fx } = this.options;
    const newer = days.filter(
      (day) => !view.fxDigests.has(source, day) && (fx.knownSince(source, day.date) ?? 0) > stagedAt,
    );
    const [first] = newer;
    if (first !== undefined)
      throw conflict(
        'base_changed',
        `${newer.length} days have been published since with other rates, first ${first.date}; bring the rates again.`,
      );
  }

  async discard(id: string, caller: Caller): Promise<ManualRates> {
    const found = await this.get(id);
    if (found.status === 'discarded') return found;
    const decision = { status: 'discarded', by: caller.keyId, at: this.options.clock(), position: null } as const;
    if (!(await decideManual(this.options.pool, id, decision))) throw notStaged(found.status);
    return this.get(id);
  }

  async get(id: string): Promise<ManualRates> {
    const found = await findManual(this.options.pool, id);
    if (found === null) throw notFound('manual exchange rates', id);
    return found;
  }

  private async summary(id: string): Promise<ManualSummary> {
    const { days: _days, ...summary } = await this.get(id);
    return summary;
  }

  /** What approval would say, said while the one who can put it right is still there. */
  private tryOut({ source, base, days }: FxPublication, caller: Caller): void {
    const { view, settings, clock } = this.options;
    const command = { type: 'PublishFxRates' as const, id: source, body: { base, days: [...days] } };
    const decision = decide(command, { view, now: clock(), authority: authorityOf(caller), settings });
    if (decision.outcome !== 'accepted') doneOrThrow(decision);
  }
}

function notStaged(status: string): ProblemError {
  return conflict('not_staged', `The rates are ${status}, so there is nothing to decide.`);
}
