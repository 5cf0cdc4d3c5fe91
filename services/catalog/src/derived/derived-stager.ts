import type { CatalogView, Derivation, RateCard, RateCardVersion } from '@ratestream/catalog';
import type { Fx } from '@ratestream/events';
import { factorOf } from '@ratestream/fx';
import type { Logger } from '@ratestream/observability';
import { isRetriable, type Pool, type Queryable } from '@ratestream/postgres';
import { deriveRates, knownNetworks, type Finding, type Fraction } from '@ratestream/rate-sheets';
import { Interrupted, type ImportRunner } from '../imports/import-runner.js';
import { decideImport, failImport, insertImport, type NewImport } from '../imports/import-store.js';
import { ratesOf } from '../imports/margin-cards.js';
import { plainLayout } from '../imports/plain-layout.js';
import type { StoredExchange } from '../what-if/exchange.js';
import { authorsOf } from './derivation-authors.js';
import { DERIVATION, derivedImports, NO_FX_RATE } from './derivation-store.js';
import { derivedFindings } from './derived-findings.js';

const BREATH_ITEMS = 2_000;
const SAME: Fraction = { n: 1n, d: 1n };

export interface StagerOptions {
  pool: Pool;
  view: CatalogView;
  runner: ImportRunner;
  exchange: StoredExchange;
  logger: Logger;
  /** Microseconds UTC. */
  clock: () => number;
}

/** What is to be staged on a derived card. */
export interface DerivedOrder {
  id: string;
  card: RateCard & { derivation: Derivation };
  /** Of the buy card. */
  version: RateCardVersion;
  /** null: it counts from the approval on. */
  effectiveFrom: number | null;
  by: string;
}

/** Computes the rates of a derived card from a version of its buy card and stages them like a sheet. */
export class DerivedStager {
  constructor(private readonly options: StagerOptions) {}

  /** Writes down that it is computed: the import is there from now on, whatever happens. */
  async begin(db: Queryable, { id, card, version, effectiveFrom, by }: DerivedOrder): Promise<NewImport> {
    const { clock } = this.options;
    const buy = this.buyCard(card);
    const fx = await this.evidence(buy, card);
    const one: NewImport = {
      id,
      cardId: card.id,
      source: 'derived',
      bulkId: null,
      derived: { cardId: buy.id, version: version.version, terms: card.derivation, fx },
      mode: 'full',
      mapping: plainLayout(card.currency, await ratesOf(this.options.pool, buy.id, version.version)),
      mappingId: null,
      mappingVersion: null,
      fileName: null,
      bytes: 0,
      sha256: version.sha256,
      effectiveFrom,
      uploadedBy: by,
      madeBy: await authorsOf(db, card, { cardId: buy.id, version: version.version }),
      uploadedAt: clock(),
    };
    await insertImport(db, one);
    return one;
  }

  /** Computes and stages; what an older import had staged for the same instant is discarded. */
  stage(one: NewImport, order: DerivedOrder): Promise<void> {
    return this.options.runner.alive(one.id, () => this.compute(one, order));
  }

  private async compute(one: NewImport, { card, version }: DerivedOrder): Promise<void> {
    const { pool, runner, logger, clock } = this.options;
    const buy = this.buyCard(card);
    const fx = one.derived?.fx ?? null;
    if (fx === null && buy.currency !== card.currency) {
      const message = `no rate from ${buy.currency} to ${card.currency} is known of ${card.derivation.fx.source}; it is computed again when one is`;
      return failImport(pool, one.id, { code: NO_FX_RATE, message, row: null, column: null });
    }
    try {
      const now = clock();
      const { base } = await runner.base(card.id, one.effectiveFrom ?? now);
      const networks = knownNetworks();
      const derived = deriveRates(await ratesOf(pool, buy.id, version.version), {
        derivation: card.derivation,
        factor: fx === null ? SAME : factorOf(fx),
        networks,
        base,
      });
      const findings: Finding[] = [];
      let looked = 0;
      for (const finding of derivedFindings(derived, { base, networks, effectiveFrom: one.effectiveFrom, now })) {
        if (finding !== null) findings.push(finding);
        if ((looked += 1) % BREATH_ITEMS === 0) await breath();
      }
      const refused = derived.refused.map(({ code }) => code);
      await runner.stage(one, card, derived.rates, { findings, refused });
      await this.discardOthers(one);
    } catch (error) {
      // What may work later is done again from its event, and so is what a stop has cut off.
      if (error instanceof Interrupted || isRetriable(error)) throw error;
      logger.error({ err: error, importId: one.id }, 'the rates of a derived card could not be computed');
      const message = 'the rates could not be computed; the log says why';
      await failImport(pool, one.id, { code: 'failed', message, row: null, column: null });
    }
  }

  /** Where nobody does it again by himself, the import says what went wrong. */
  giveUp(importId: string, error: unknown): Promise<void> {
    return this.options.runner.fail(importId, error);
  }

  /** What waited for the same instant stands for an older state of the buy card. */
  private async discardOthers({ id, cardId, effectiveFrom }: NewImport): Promise<void> {
    const { pool } = this.options;
    for (const other of await derivedImports(pool, cardId, 'staged'))
      if (other.id !== id && other.effectiveFrom === effectiveFrom) await this.discard(other.id);
  }

  async discard(importId: string): Promise<void> {
    const { pool, clock } = this.options;
    await decideImport(pool, importId, { status: 'discarded', by: DERIVATION, at: clock(), version: null });
  }

  private buyCard({ id, derivation }: DerivedOrder['card']): RateCard {
    const buy = this.options.view.cards.get(derivation.fromCardId);
    if (buy === undefined) throw new Error(`rate card "${id}" follows "${derivation.fromCardId}", which is not there`);
    return buy;
  }

  /** Whether the rates of its buy card can be put into the card's currency now. */
  async canConvert(card: DerivedOrder['card']): Promise<boolean> {
    const buy = this.buyCard(card);
    return buy.currency === card.currency || (await this.evidence(buy, card)) !== null;
  }

  /** The rate at the moment of computing, as known then. */
  private async evidence(buy: RateCard, { currency, derivation }: DerivedOrder['card']): Promise<Fx | null> {
    if (buy.currency === currency) return null;
    const { exchange, clock } = this.options;
    const now = clock();
    const { fx } = await exchange.now();
    const asked = { from: buy.currency, to: currency, terms: derivation.fx, at: now, timeZone: 'UTC', knownAt: now };
    return fx.convert(asked)?.fx ?? null;
  }
}

async function breath(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
