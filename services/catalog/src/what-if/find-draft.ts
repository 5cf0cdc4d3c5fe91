import { Readable } from 'node:stream';
import { decide, type CatalogSettings, type CatalogView, type Plan } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { conflict, notFound, ProblemError, type Caller } from '@ratestream/http';
import type { Pool } from '@ratestream/postgres';
import { authorityOf } from '../http/command-context.js';
import { doneOrThrow } from '../http/command-port.js';
import { keptRates } from '../imports/import-chunks.js';
import { ratesOf } from '../imports/margin-cards.js';
import { bulkCards, findBulk } from '../bulk/bulk-store.js';
import type { CatalogQueries } from '../queries/catalog-queries.js';
import type { CsvLimits } from '../upload/csv-reader.js';
import { RATE_SHEET, readCsvUpload } from '../upload/upload.js';
import type { Draft, DraftCard, DraftName } from './draft.js';
import type { WhatIfBody } from './what-if-requests.js';
import { isUuid } from '../store/uuid.js';

export interface FoundDraft {
  draft: Draft;
  name: DraftName;
}

export interface FindDraftOptions {
  pool: Pool;
  view: CatalogView;
  queries: CatalogQueries;
  settings: CatalogSettings;
  limits: CsvLimits;
  clock: () => number;
}

/** Finds what is to be tried, where the caller may see it; what lies outside is not there. */
export class FindDraft {
  constructor(private readonly options: FindDraftOptions) {}

  async find({ draft, from }: Pick<WhatIfBody, 'draft' | 'from'>, caller: Caller): Promise<FoundDraft> {
    if ('importId' in draft)
      return ofCards('import', draft.importId, [await this.ofImport(draft.importId, caller)], from);
    if ('bulkChangeId' in draft)
      return ofCards('bulk-change', draft.bulkChangeId, await this.ofBulk(draft.bulkChangeId, caller), from);
    if ('planId' in draft) {
      const plan = this.plan(draft.planId, draft.plan, caller);
      const name: DraftName = { kind: 'plan', id: plan.id, cardIds: [], effectiveFrom: null };
      return { draft: { cards: [], plan, from }, name };
    }
    if ('version' in draft) {
      const { cardId, version } = draft;
      const { effectiveFrom } = this.options.queries.version(cardId, version, caller);
      const rates = await ratesOf(this.options.pool, cardId, version);
      return ofCards('version', `${cardId}/${version}`, [{ cardId, rates, effectiveFrom }], from);
    }
    const { cardId, csv, effectiveFrom } = draft;
    this.options.queries.find('rate-cards', cardId, caller);
    const rates = await this.ratesOfCsv(csv);
    return ofCards('rows', cardId, [{ cardId, rates, effectiveFrom: effectiveFrom ?? this.options.clock() }], from);
  }

  private async ofImport(importId: string, caller: Caller): Promise<DraftCard> {
    const { pool, queries, clock } = this.options;
    const found = await importCard(pool, importId);
    if (found === null) throw notFound('import', importId);
    try {
      queries.find('rate-cards', found.cardId, caller);
    } catch (error) {
      // The card of somebody else's import is not named: it is as if there were no such import.
      throw error instanceof ProblemError ? notFound('import', importId) : error;
    }
    if (found.status !== 'staged')
      throw conflict('not_staged', `The import is ${found.status}, so there is nothing to try.`);
    const rates: RateRow[] = [];
    for await (const piece of keptRates(pool, importId)) for (const rate of piece) rates.push(rate);
    return { cardId: found.cardId, rates, effectiveFrom: found.effectiveFrom ?? clock() };
  }

  /** Every card of one reviewed change, together. */
  private async ofBulk(bulkId: string, caller: Caller): Promise<DraftCard[]> {
    const { pool } = this.options;
    const bulk = await findBulk(pool, bulkId);
    if (bulk === null || !caller.sees(bulk.owner)) throw notFound('bulk change', bulkId);
    if (bulk.status !== 'staged')
      throw conflict('not_staged', `The change is ${bulk.status}, so there is nothing to try.`);
    const cards: DraftCard[] = [];
    for (const { importId } of await bulkCards(pool, bulkId))
      if (importId !== null) cards.push(await this.ofImport(importId, caller));
    return cards;
  }

  /** Decided as the command would be, and not carried out. */
  private plan(id: string, body: Extract<WhatIfBody['draft'], { planId: string }>['plan'], caller: Caller): Plan {
    const { view, queries, settings, clock } = this.options;
    queries.find('plans', id, caller);
    const decision = decide(
      { type: 'ChangePlan', id, body },
      { view, now: clock(), authority: authorityOf(caller), settings },
    );
    if (decision.outcome !== 'accepted') {
      doneOrThrow(decision);
      throw new TypeError('a refused command is a problem');
    }
    const [event] = decision.events;
    return event?.type === 'PlanChanged' ? event.data : (view.plans.get(id) as Plan);
  }

  private async ratesOfCsv(csv: string): Promise<readonly RateRow[]> {
    const { rows, refused } = await readCsvUpload(Readable.from([Buffer.from(csv)]), RATE_SHEET, this.options.limits);
    if (refused.length === 0) return rows;
    throw new ProblemError(
      422,
      'rows_refused',
      `${refused.length} rows are refused and ${rows.length} are good; a part of a sheet is no answer to what it would do.`,
      refused.slice(0, 100).flatMap(({ line, faults }) =>
        faults.map(({ field, code, message }) => ({
          pointer: `/draft/csv/${line}/${field}`,
          code,
          detail: message,
        })),
      ),
    );
  }
}

function ofCards(kind: DraftName['kind'], id: string, cards: DraftCard[], from: Draft['from']): FoundDraft {
  const cardIds = cards.map(({ cardId }) => cardId);
  const effectiveFrom = cards[0]?.effectiveFrom ?? null;
  return { draft: { cards, plan: null, from }, name: { kind, id, cardIds, effectiveFrom } };
}

async function importCard(
  pool: Pool,
  importId: string,
): Promise<{ cardId: string; status: string; effectiveFrom: number | null } | null> {
  if (!isUuid(importId)) return null;
  const { rows } = await pool.query<{ card_id: string; status: string; effective_from: string | null }>(
    'select card_id, status, effective_from from rate_import where id = $1',
    [importId],
  );
  const [row] = rows;
  if (row === undefined) return null;
  const { card_id: cardId, status, effective_from: effectiveFrom } = row;
  return { cardId, status, effectiveFrom: effectiveFrom === null ? null : Number(effectiveFrom) };
}
