import { inForce, type CatalogView, type RateCard } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { marginLosses, RateIndex, type CardRates, type MarginLoss } from '@ratestream/rate-sheets';
import type { Queryable } from '@ratestream/postgres';
import { readChunks } from '../store/row-chunks.js';
import { cardsOfAccount } from '../what-if/price-catalog.js';

/** Rates of other cards that one import is compared with; beyond it cards are named as left out. */
const MAX_COMPARED_RATES = 2_000_000;
/** How a reseller sees the card that it buys from: whose card it is, is above its level. */
const PARENT = 'parent';

export interface MarginPiece {
  losses: MarginLoss[];
}

export interface MarginTotals {
  cardsCompared: number;
  cardsLeftOut: string[];
}

/**
 * Compares an imported card with those on the other side of its margin, one card at a time.
 *
 * The operator's buy cards meet the operator's sell cards, and the other way round; a reseller's sell card meets the
 * cards that it is charged by: its overrides', its plan's, its group's. Cards in another currency are left out: a rate of the day would be a guess.
 */
export async function* compareMargins(
  view: CatalogView,
  db: Queryable,
  card: RateCard,
  imported: { at: number; base: Iterable<RateRow>; next: readonly RateRow[] },
  totals: MarginTotals,
): AsyncGenerator<MarginPiece> {
  const others = otherCards(view, card);
  if (others.length === 0) return;
  const own: CardRates = {
    cardId: card.id,
    before: new RateIndex(imported.base),
    after: new RateIndex(imported.next),
    rates: imported.next,
  };
  let compared = 0;
  for (const { id, shownAs } of others) {
    const other = view.cards.get(id);
    const version = view.versions(id).find(({ version: one }) => one === inForce(view.versions(id), imported.at));
    if (other === undefined || version === undefined) continue;
    if (other.currency !== card.currency || (compared += version.rows) > MAX_COMPARED_RATES) {
      totals.cardsLeftOut.push(shownAs);
      continue;
    }
    totals.cardsCompared += 1;
    const rates = await ratesOf(db, id, version.version);
    const index = new RateIndex(rates);
    const theirs: CardRates = { cardId: shownAs, before: index, after: index, rates };
    // A reseller's card is the selling one, although the card above is a sell card too.
    const [sell, buy] = card.side === 'sell' ? [own, theirs] : [theirs, own];
    let losses: MarginLoss[] = [];
    for (const loss of marginLosses(sell, buy)) {
      if (loss !== null) losses.push(loss);
      if (loss !== null && losses.length < 1_000) continue;
      yield { losses };
      losses = [];
    }
    yield { losses };
  }
}

function otherCards(view: CatalogView, card: RateCard): { id: string; shownAs: string }[] {
  const owner = card.owner ?? null;
  if (owner !== null) {
    const account = view.accounts.get(owner);
    const cards = account === undefined ? [] : cardsOfAccount(view, account);
    return [...new Set(cards)].map((id) => ({ id, shownAs: PARENT }));
  }
  return [...view.cards.values()]
    .filter((other) => other.side !== card.side && other.service === card.service && (other.owner ?? null) === null)
    .map(({ id }) => ({ id, shownAs: id }));
}

/** All rates of a published version. */
export async function ratesOf(db: Queryable, cardId: string, version: number): Promise<RateRow[]> {
  const rates: RateRow[] = [];
  for await (const chunk of readChunks(db, 'rates', cardId, version)) for (const rate of chunk.rates) rates.push(rate);
  return rates;
}
