import {
  inForce,
  type Account,
  type CatalogView,
  type Micros,
  type RateCard,
  type RateCardVersion,
} from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { RateBook, Terms, type CatalogReader } from '@ratestream/pricing';
import type { Draft } from './draft.js';
import type { Exchange } from './exchange.js';
import type { Prices } from './price-group.js';

/** Reads the rates of a published version. */
export type ReadRates = (cardId: string, version: number) => Promise<readonly RateRow[]>;

/** The cards at hand hold more rates than may be in memory. */
export class TooManyRates extends Error {
  override readonly name = 'TooManyRates';
}

export interface PriceCatalog {
  /** As it is. */
  today: Prices;
  /** With the draft in it. */
  drafted: Prices;
  /** Instants at which a price of these cards changes, ascending. */
  boundaries: Micros[];
  /** The longest prefix that a rate names. */
  digits: number;
}

/** Under which the book keeps the drafted rates of a card: beside the card's own, and no id that a card can have. */
const draftId = (cardId: string): string => `${cardId}\u001fdraft`;

/** The card behind the id that a drafted price names. */
export function cardOf(id: string): string {
  return id.split('\u001f', 1)[0] ?? id;
}

/**
 * The catalog twice, as it is and with the draft, over one book: rates of other cards are in memory once.
 *
 * In   cards: those that messages at hand may be priced by; span: their billing times
 */
export async function priceCatalog(
  view: CatalogView,
  draft: Draft,
  request: { cards: ReadonlySet<string>; from: Micros; to: Micros; now: Micros; maxRates: number },
  { read, exchange }: { read: ReadRates; exchange: Exchange },
): Promise<PriceCatalog> {
  const { from, to, now, maxRates } = request;
  const book = new RateBook();
  const boundaries = new Set<Micros>(exchange.changesBetween(from, to));
  let digits = 0;
  let rates = 0;
  const note = (rows: readonly RateRow[]): void => {
    if ((rates += rows.length) > maxRates) throw new TooManyRates(`The cards hold more than ${maxRates} rates.`);
    for (const { prefix, validFrom, validUntil } of rows) {
      digits = Math.max(digits, prefix?.length ?? 0);
      if (validFrom !== null) boundaries.add(validFrom);
      if (validUntil !== null) boundaries.add(validUntil);
    }
  };
  for (const { cardId, rates: rows, effectiveFrom } of draft.cards) {
    note(rows);
    const always = draft.from === 'always';
    // Later than every version of the card: a draft that counts for a message counts before them all.
    const version = draftVersion(cardId, DRAFT_VERSION, always ? 0 : effectiveFrom, rows.length);
    book.addVersion(version, rows);
    if (!always) boundaries.add(effectiveFrom);
  }
  const drafted = new Map(draft.cards.map((one) => [one.cardId, one]));
  for (const cardId of new Set([...request.cards, ...drafted.keys()])) {
    for (const version of versionsBetween(view, cardId, from, to)) {
      const rows = await read(cardId, version.version);
      note(rows);
      boundaries.add(version.effectiveFrom);
      book.addVersion(version, rows);
      if (draft.from === 'effective' && drafted.has(cardId))
        book.addVersion({ ...version, cardId: draftId(cardId) }, rows);
    }
  }
  const catalog = snapshot(view);
  const cards = new Map(view.cards);
  for (const cardId of drafted.keys()) {
    const card = cards.get(cardId);
    if (card !== undefined) cards.set(cardId, { ...card, id: draftId(cardId) });
  }
  const plans = new Map(view.plans);
  if (draft.plan !== null) plans.set(draft.plan.id, draft.plan);
  return {
    today: pricesOf(catalog, book, exchange, now),
    drafted: pricesOf({ ...catalog, cards, plans }, book, exchange, now),
    boundaries: [...boundaries].filter((instant) => instant > from && instant < to).sort((a, b) => a - b),
    digits,
  };
}

/** Cards that legs of an account may be asked of: its overrides', its plan's, its group's. */
export function cardsOfAccount(view: CatalogView, { planId, rateGroupId, overrides }: Account): string[] {
  const plan = view.plans.get(planId ?? view.rateGroups.get(rateGroupId ?? '')?.planId ?? '');
  return [...overrides, ...(plan?.bindings ?? [])].map(({ cardId }) => cardId);
}

const DRAFT_VERSION = 2_000_000_000;

function draftVersion(cardId: string, version: number, effectiveFrom: Micros, rows: number): RateCardVersion {
  return {
    cardId: draftId(cardId),
    version,
    effectiveFrom,
    knownAt: 0,
    supersedes: null,
    withdrawnAt: null,
    rows,
    chunks: 0,
    sha256: '',
  };
}

/** The version in force at the start, and every one that takes effect until the end. */
function versionsBetween(view: CatalogView, cardId: string, from: Micros, to: Micros): RateCardVersion[] {
  const versions = view.versions(cardId);
  const first = inForce(versions, from);
  return versions.filter(
    ({ version, effectiveFrom }) => version === first || (effectiveFrom > from && effectiveFrom < to),
  );
}

/** The catalog as it stands: a job of minutes must not meet two states of it. */
function snapshot(view: CatalogView): CatalogReader {
  return {
    position: view.position,
    accounts: new Map(view.accounts),
    suppliers: new Map(view.suppliers),
    connections: new Map(view.connections),
    cards: new Map(view.cards),
    plans: new Map(view.plans),
    rateGroups: new Map(view.rateGroups),
    chain: (id) => view.chain(id),
  };
}

function pricesOf(catalog: CatalogReader, book: RateBook, { fx, reportingCurrency }: Exchange, now: Micros): Prices {
  return {
    pricing: {
      terms: new Terms(catalog),
      book,
      fx,
      reportingCurrency,
      catalogPosition: catalog.position,
      hashRecipient: () => ({ hash: '', keyId: '' }),
      ratedAt: now,
    },
    card: (id): RateCard | undefined => catalog.cards.get(id),
  };
}
