import { randomUUID } from 'node:crypto';
import { inForce, type CatalogView, type RateCard } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import type { Logger } from '@ratestream/observability';
import type { Pool } from '@ratestream/postgres';
import { Interrupted, type ImportRunner } from '../imports/import-runner.js';
import { findImport, insertImport, type NewImport } from '../imports/import-store.js';
import { ratesOf } from '../imports/margin-cards.js';
import { plainLayout } from '../imports/plain-layout.js';
import { beating } from '../runtime/beating.js';
import type { BulkBody } from './bulk-requests.js';
import {
  addBulkCard,
  bulkCards,
  BULK_INTERRUPTED,
  failBulk,
  moveBulk,
  touchBulk,
  type BulkFault,
  type NewBulk,
} from './bulk-store.js';
import { changeRates, PriceOutOfRange } from './change-rates.js';

export interface StagerOptions {
  pool: Pool;
  view: CatalogView;
  runner: ImportRunner;
  logger: Logger;
  clock: () => number;
  /** Rates that one bulk change may publish: an approval holds them all. */
  maxRates: number;
}

/** The next rates of one card; null: nothing of it changes, and `note` says why. */
interface Proposed {
  rates: readonly RateRow[] | null;
  note: string | null;
}
type Propose = (card: RateCard) => Promise<Proposed>;

class TooManyRates extends Error {}
class Stopped extends Error {}

/** Stages the cards of a bulk change one after the other; each appears with its diff as soon as it is done. */
export class BulkStager {
  private readonly running = new Set<Promise<void>>();
  private stopping = false;

  constructor(private readonly options: StagerOptions) {}

  /** Changes the rates that are selected on every card. */
  change(bulk: NewBulk, cards: readonly RateCard[], body: BulkBody): Promise<void> {
    return this.start(bulk, cards, async (card) => {
      const base = await this.ratesAt(card, bulk.effectiveFrom);
      if (base === null) return { rates: null, note: 'no_version_in_force' };
      const { rates, selected } = changeRates(base, body.select, body.change);
      if (selected === 0) return { rates: null, note: 'no_rate_selected' };
      const moved = rates.some((rate, index) => rate !== base[index]);
      // The next version of its buy card is computed without this change, so the approver has to know.
      const note = card.derivation === null ? null : 'follows_buy_card';
      return moved ? { rates, note } : { rates: null, note: 'unchanged' };
    });
  }

  /** Takes an approved bulk change back: the rates of the versions before it. */
  async revert(bulk: NewBulk, cards: readonly RateCard[], reverted: string): Promise<void> {
    const { pool, view, clock } = this.options;
    const imports = new Map((await bulkCards(pool, reverted)).map(({ cardId, importId }) => [cardId, importId]));
    return this.start(bulk, cards, async (card) => {
      const found = await findImport(pool, card.id, imports.get(card.id) ?? '');
      if (found === null || found.baseVersion === null) return { rates: null, note: 'no_version_before' };
      const now = inForce(view.versions(card.id), bulk.effectiveFrom ?? clock());
      // Whatever came after the reverted change is taken back with it, so the approver has to know.
      const note = now === found.publishedVersion ? null : 'changed_since';
      return { rates: await ratesOf(pool, card.id, found.baseVersion), note };
    });
  }

  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.running);
  }

  /** Resolves when the change is staged or failed, and never throws: what went wrong is in the change. */
  private start(bulk: NewBulk, cards: readonly RateCard[], propose: Propose): Promise<void> {
    const { pool, logger } = this.options;
    const work = beating(
      () => touchBulk(pool, bulk.id),
      logger,
      () => this.stageAll(bulk, cards, propose),
    )
      .catch((error: unknown) => logger.error({ err: error, bulkId: bulk.id }, 'a failed bulk change was not stored'))
      .finally(() => this.running.delete(work));
    this.running.add(work);
    return work;
  }

  private async stageAll(bulk: NewBulk, cards: readonly RateCard[], propose: Propose): Promise<void> {
    const { pool, logger, maxRates } = this.options;
    let [rates, staged] = [0, 0];
    for (const [place, card] of cards.entries()) {
      try {
        if (this.stopping) throw new Stopped();
        const proposed = await propose(card);
        if ((rates += proposed.rates?.length ?? 0) > maxRates) throw new TooManyRates();
        const importId = proposed.rates === null ? null : await this.stage(bulk, card, proposed.rates);
        await addBulkCard(pool, bulk.id, { place, cardId: card.id, importId, note: proposed.note });
        if (importId !== null) staged += 1;
      } catch (error) {
        const fault = faultOf(error, card.id, maxRates);
        if (fault.code === 'failed') logger.error({ err: error, bulkId: bulk.id }, 'a bulk change could not be staged');
        return failBulk(pool, bulk.id, fault);
      }
    }
    if (staged === 0) {
      const message = 'no rate of these cards would change';
      return failBulk(pool, bulk.id, { code: 'nothing_changes', message, cardId: null });
    }
    // Taken for dead meanwhile: what was staged since could be decided by nobody.
    if (!(await moveBulk(pool, bulk.id, 'staging', 'staged'))) await failBulk(pool, bulk.id, BULK_INTERRUPTED);
  }

  private async stage(bulk: NewBulk, card: RateCard, rates: readonly RateRow[]): Promise<string> {
    const { pool, runner, clock } = this.options;
    const one: NewImport = {
      id: randomUUID(),
      cardId: card.id,
      source: 'bulk',
      bulkId: bulk.id,
      mode: 'full',
      mapping: plainLayout(card.currency),
      mappingId: null,
      mappingVersion: null,
      fileName: null,
      bytes: 0,
      sha256: '',
      effectiveFrom: bulk.effectiveFrom,
      uploadedBy: bulk.createdBy,
      uploadedAt: clock(),
    };
    await insertImport(pool, one);
    await runner.stage(one, card, rates);
    return one.id;
  }

  private async ratesAt({ id }: RateCard, at: number | null): Promise<RateRow[] | null> {
    const { pool, view, clock } = this.options;
    const version = inForce(view.versions(id), at ?? clock());
    return version === null ? null : ratesOf(pool, id, version);
  }
}

function faultOf(error: unknown, cardId: string, maxRates: number): BulkFault {
  if (error instanceof PriceOutOfRange) return { code: 'price_out_of_range', message: error.message, cardId };
  if (error instanceof TooManyRates)
    return { code: 'too_many_rates', message: `the cards have more than ${maxRates} rates together`, cardId };
  if (error instanceof Stopped || error instanceof Interrupted) return { ...BULK_INTERRUPTED, cardId };
  return { code: 'failed', message: 'the cards could not be staged; the log says why', cardId };
}
