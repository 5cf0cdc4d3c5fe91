import { CatalogView, OPERATOR, type FxRates, type RateCardVersion } from '@ratestream/catalog';
import type { NumberRow, RateRow } from '@ratestream/events';
import { FxBook } from '@ratestream/fx';
import { RateBook, Terms, type ExplainNames, type HashRecipient, type Pricing } from '@ratestream/pricing';
import { NumberingIndex } from '@ratestream/sms';

/** The catalog as rating uses it: the view, the rate tables built from it, and who pays whom. */
export class RatingCatalog {
  readonly book = new RateBook();
  readonly fx = new FxBook();
  numbering = new NumberingIndex([]);
  readonly view: CatalogView;
  readonly terms: Terms;

  constructor(private readonly reportingCurrency: string | null = null) {
    this.view = new CatalogView({
      onVersionUsable: (version: RateCardVersion, rows: RateRow[]) => {
        this.book.addVersion(version, rows);
      },
      onVersionWithdrawn: (cardId: string, version: number, withdrawnAt: number) =>
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
  pricing(now: number, hashRecipient: HashRecipient): Pricing {
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
