import { OPERATOR, type FxRates, type Micros, type RateCardVersion, type Rows } from '@ratestream/catalog';
import type { NumberRow, RateRow } from '@ratestream/events';
import { FxBook } from '@ratestream/fx';
import {
  RateBook,
  Terms,
  type CatalogReader,
  type ExplainNames,
  type HashRecipient,
  type Pricing,
} from '@ratestream/pricing';
import { NumberingIndex } from '@ratestream/sms';
import { RememberingView } from './catalog-history.js';

/** The catalog as rating uses it: the view, the rate tables and exchange rates built from it, and who pays whom. */
export class RatingCatalog {
  readonly book = new RateBook();
  readonly fx = new FxBook();
  numbering = new NumberingIndex([]);
  readonly view: RememberingView;
  readonly terms: Terms;
  private readonly pastTerms = new WeakMap<CatalogReader, Terms>();

  /** In  reportingCurrency: the installation's; null: legs are not reported in another currency than their own */
  constructor(private readonly reportingCurrency: string | null = null) {
    this.view = new RememberingView({
      onVersionUsable: (version: RateCardVersion, rows: Rows<RateRow>) => this.book.addVersion(version, rows),
      onVersionWithdrawn: (cardId: string, version: number, withdrawnAt: Micros) =>
        this.book.withdrawVersion(cardId, version, withdrawnAt),
      onFxRates: (rates: FxRates) => this.fx.publish(rates),
      onNumberingPlan: (_plan, rows: NumberRow[]) => {
        this.numbering = new NumberingIndex(rows);
      },
    });
    this.terms = new Terms(this.view);
  }

  /**
   * Everything that a decision at an instant reads. What the catalog said is known here, also where its clock is ahead of
   * this one: a price that is waited for must not be missed by milliseconds.
   */
  pricing(now: Micros, hashRecipient: HashRecipient): Pricing {
    return {
      terms: this.terms,
      book: this.book,
      fx: this.fx,
      reportingCurrency: this.reportingCurrency,
      catalogPosition: this.view.position,
      hashRecipient,
      ratedAt: now,
      knownAt: Math.max(now, this.view.asOf),
    };
  }

  /** The same as it would have been decided at an instant in the past: versions, exchange rates, accounts, plans and cards. */
  pricingAsKnown(knownAt: Micros, now: Micros, hashRecipient: HashRecipient): Pricing & { reader: CatalogReader } {
    if (knownAt >= now) return { ...this.pricing(now, hashRecipient), reader: this.view };
    const reader = this.view.history.asKnown(knownAt);
    let terms = this.pastTerms.get(reader);
    if (terms === undefined) this.pastTerms.set(reader, (terms = new Terms(reader)));
    const { position: catalogPosition } = reader;
    return { ...this.pricing(now, hashRecipient), terms, catalogPosition, knownAt, reader };
  }

  /** The account and all below it; null for the operator: everything. */
  subtreeOf(scope: string): readonly string[] | null {
    if (scope === OPERATOR) return null;
    const subtree = [scope];
    for (let at = 0; at < subtree.length; at++) subtree.push(...this.view.children(subtree[at] as string));
    return subtree;
  }

  /** Names for explanations. */
  names(): ExplainNames {
    return {
      account: (id) => this.view.accounts.get(id)?.name,
      card: (id) => this.view.cards.get(id)?.name,
      plan: (id) => this.view.plans.get(id)?.name,
      supplier: (id) => this.view.suppliers.get(id)?.name,
      effectiveFrom: (cardId, version) =>
        this.book.everyVersion(cardId).find((one) => one.version === version)?.effectiveFrom,
    };
  }
}
