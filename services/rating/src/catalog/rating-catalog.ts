import { CatalogView, OPERATOR, type RateCardVersion } from '@ratestream/catalog';
import type { NumberRow, RateRow } from '@ratestream/events';
import { RateBook, Terms, type ExplainNames } from '@ratestream/pricing';
import { NumberingIndex } from '@ratestream/sms';

/** The catalog as rating uses it: the view, the rate tables built from it, and who pays whom. */
export class RatingCatalog {
  readonly book = new RateBook();
  numbering = new NumberingIndex([]);
  readonly view: CatalogView;
  readonly terms: Terms;

  constructor() {
    this.view = new CatalogView({
      onVersionUsable: (version: RateCardVersion, rows: RateRow[]) => {
        if (version.withdrawnAt === null) this.book.addVersion(version, rows);
      },
      onVersionWithdrawn: (cardId: string, version: number) => this.book.withdrawVersion(cardId, version),
      onNumberingPlan: (_plan, rows: NumberRow[]) => {
        this.numbering = new NumberingIndex(rows);
      },
    });
    this.terms = new Terms(this.view);
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
        this.book.versionsOf(cardId).find((one) => one.version === version)?.effectiveFrom,
    };
  }
}
