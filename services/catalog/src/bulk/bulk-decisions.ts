import { inForce, type CatalogView, type RateCard } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { conflict, ProblemError, type Caller, type Fault } from '@ratestream/http';
import { transaction, type Pool } from '@ratestream/postgres';
import type { CommandAnswer } from '../commands/command-handler.js';
import { refuseMaker } from '../commands/second-person.js';
import type { RowPublisher } from '../commands/row-publisher.js';
import { authorityOf, type CommandHeaders } from '../http/command-context.js';
import { doneOrThrow } from '../http/command-port.js';
import { allKeptRates } from '../imports/import-decisions.js';
import { decideImport, findImport } from '../imports/import-store.js';
import type { RateImport } from '../imports/import.js';
import type { NoticeDesk, NoticePlan } from '../notices/notice-desk.js';
import { answeredBefore } from '../store/command-answers.js';
import type { BulkApproval } from './bulk-requests.js';
import { bulkCards, moveBulk, type BulkChange } from './bulk-store.js';

export interface BulkDecisionsOptions {
  pool: Pool;
  view: CatalogView;
  publisher: RowPublisher;
  notices: NoticeDesk;
  /** Whoever made a change does not approve it. */
  secondApprover: boolean;
  clock: () => number;
}

type CardFault = Fault & { code: string };

/** A card that an approval publishes. */
interface Ready {
  found: RateImport;
  rates: RateRow[];
  plan: NoticePlan | null;
}
export interface PublishedCard {
  cardId: string;
  version: number;
  effectiveFrom: number;
}

/** What people decide about staged bulk changes: every card's version is published, or none. */
export class BulkDecisions {
  constructor(private readonly options: BulkDecisionsOptions) {}

  /** All publications, the ends of their imports and the planned notices are one transaction. */
  async approve(
    bulk: BulkChange,
    approval: BulkApproval,
    caller: Caller,
    headers: CommandHeaders,
  ): Promise<CommandAnswer> {
    const { pool, view, publisher, notices, clock, secondApprover } = this.options;
    const idempotency = headers.claimOf(caller, approval);
    const before = idempotency === null ? null : await answeredBefore(pool, idempotency);
    if (before !== null) return before as CommandAnswer;
    if (bulk.status !== 'staged') throw notStaged(bulk.status);
    if (secondApprover) refuseMaker(view, caller, [bulk.createdBy], 'made the change');
    const ready = await this.ready(bulk, approval, caller);
    const decision = { by: caller.keyId, at: clock() };
    const result = await publisher.ratesOfAll(
      ready.map(({ found, rates }) => ({
        id: found.cardId,
        rows: rates,
        when: { effectiveFrom: found.effectiveFrom, backdated: approval.backdated },
      })),
      {
        authority: authorityOf(caller),
        actor: caller.keyId,
        idempotency,
        describe: (answers) => describe(bulk, answers),
        alongside: async (tx, answers) => {
          if (!(await moveBulk(tx, bulk.id, 'staged', 'approved', decision))) throw notStaged('decided meanwhile');
          // From here on nobody else publishes: what was in force while this was looked at is so still, or it is too late.
          const moved = ready.flatMap(({ found }, index) => {
            const { effectiveFrom } = answers[index] as unknown as PublishedCard;
            return movedOn(view, found, found.effectiveFrom ?? effectiveFrom);
          });
          if (moved.length > 0) throw refusal(moved);
          for (const [index, { found, plan }] of ready.entries()) {
            const published = answers[index] as unknown as PublishedCard;
            const { version } = published;
            if (!(await decideImport(tx, found.id, { ...decision, status: 'approved', version })))
              throw notStaged('decided meanwhile');
            await plan?.(tx, published);
          }
        },
      },
    );
    const { answer } = doneOrThrow(result);
    notices.planned();
    return answer;
  }

  async discard(bulk: BulkChange, caller: Caller): Promise<void> {
    const { pool, clock } = this.options;
    if (bulk.status === 'discarded') return;
    if (bulk.status !== 'staged') throw notStaged(bulk.status);
    const decision = { by: caller.keyId, at: clock() };
    await transaction(pool, async (tx) => {
      if (!(await moveBulk(tx, bulk.id, 'staged', 'discarded', decision))) throw notStaged('decided meanwhile');
      for (const { importId } of await bulkCards(tx, bulk.id))
        if (importId !== null) await decideImport(tx, importId, { ...decision, status: 'discarded', version: null });
    });
  }

  /** Every reason against every card at once. */
  private async ready(bulk: BulkChange, { waiveNotice }: BulkApproval, caller: Caller): Promise<Ready[]> {
    const { pool, view, notices, clock } = this.options;
    const ready: Ready[] = [];
    const faults: CardFault[] = [];
    for (const { cardId, importId } of await bulkCards(pool, bulk.id)) {
      const found = importId === null ? null : await findImport(pool, cardId, importId);
      if (found === null) continue;
      const pointer = `/cards/${cardId}`;
      const moved = movedOn(view, found, found.effectiveFrom ?? clock());
      if (moved.length > 0) {
        faults.push(...moved);
        continue;
      }
      const rates = await allKeptRates(pool, found.id);
      const proposal = { baseVersion: found.baseVersion, next: rates, effectiveFrom: found.effectiveFrom };
      try {
        const card = view.cards.get(cardId) as RateCard;
        const plan = await notices.prepare(card, proposal, { by: caller.keyId, waiveNotice });
        ready.push({ found, rates, plan });
      } catch (error) {
        if (!(error instanceof ProblemError)) throw error;
        faults.push({ pointer, code: error.code, detail: error.detail });
      }
    }
    if (faults.length > 0) throw refusal(faults);
    return ready;
  }
}

/** The fault of a card that has another version in force than the one it was compared with; nothing where it has not. */
function movedOn(view: CatalogView, { cardId, baseVersion }: RateImport, at: number): CardFault[] {
  const base = inForce(view.versions(cardId), at);
  if (base === baseVersion) return [];
  const detail = `was compared with version ${baseVersion ?? 'none'}, and ${base ?? 'none'} is in force there now`;
  return [{ pointer: `/cards/${cardId}`, code: 'base_changed', detail }];
}

function refusal(faults: readonly CardFault[]): ProblemError {
  const [{ code, detail: first } = { code: 'refused', detail: '' }] = faults;
  const detail = faults.length === 1 ? first : `${faults.length} cards are at fault; none is published.`;
  return new ProblemError(code === 'base_changed' ? 409 : 422, code, detail, [...faults]);
}

function describe({ id }: BulkChange, answers: readonly CommandAnswer[]): CommandAnswer {
  const cards = answers.map((answer) => {
    const { id: cardId, version, effectiveFrom } = answer as unknown as PublishedCard & { id: string };
    return { cardId, version, effectiveFrom };
  });
  const last = answers.at(-1) as CommandAnswer;
  return Object.assign({ id, version: 1, position: last.position }, { cards });
}

function notStaged(status: string): ProblemError {
  return conflict('not_staged', `The bulk change is ${status}, so there is nothing to decide.`);
}
