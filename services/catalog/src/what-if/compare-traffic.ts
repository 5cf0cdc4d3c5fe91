import type { CatalogView, Micros } from '@ratestream/catalog';
import { Comparison, type Line } from './comparison.js';
import type { Draft } from './draft.js';
import type { Exchange } from './exchange.js';
import { cardsOfAccount, priceCatalog, type PriceCatalog, type ReadRates } from './price-catalog.js';
import { priceOne, type LegPrice } from './price-group.js';
import type { LegGroup, TrafficQuery, TrafficReader } from './traffic-reader.js';

/** The traffic is more than a what-if reads; it says what to narrow. */
export class TooMuchTraffic extends Error {
  override readonly name = 'TooMuchTraffic';
}

export interface TrafficAsked {
  from: Micros;
  to: Micros;
  /** Accounts whose messages count; null: all that the caller sees. */
  accounts: readonly string[] | null;
  /** Payers whose legs the caller may know; null: all. */
  within: readonly string[] | null;
}

export interface Limits {
  maxRows: number;
  maxLines: number;
  maxRates: number;
}

export interface ComparePorts {
  view: CatalogView;
  traffic: TrafficReader;
  read: ReadRates;
  exchange: Exchange;
  limits: Limits;
  now: Micros;
  /** Told after each piece; throws to end the work. */
  onProgress(rowsRead: number, rowsTotal: number): Promise<void>;
}

/**
 * Prices past traffic by a draft, beside what it was rated.
 *
 * Only legs that the draft can touch are read: those that its cards priced, and all of the payers that it is for.
 * Errors  TrafficUnknown, TooMuchTraffic, TooManyRates, TooManyLines
 */
export async function compareTraffic(draft: Draft, asked: TrafficAsked, ports: ComparePorts): Promise<Line[]> {
  const { view, traffic, limits, onProgress } = ports;
  const queries = await queriesOf(draft, asked, ports);
  const reads: { query: TrafficQuery; prices: PriceCatalog }[] = [];
  for (const query of queries) {
    const cards = new Set(query.cards);
    for (const payer of query.payers) {
      const account = view.accounts.get(payer);
      if (account !== undefined) for (const card of cardsOfAccount(view, account)) cards.add(card);
    }
    for (const { cardId } of draft.plan?.bindings ?? []) cards.add(cardId);
    const { now } = ports;
    const { maxRates } = limits;
    const prices = await priceCatalog(view, draft, { cards, from: asked.from, to: asked.to, now, maxRates }, ports);
    reads.push({ query: { ...query, boundaries: prices.boundaries, digits: prices.digits }, prices });
  }
  const slices = await Promise.all(reads.map(({ query }) => traffic.slices(query)));
  const total = slices.flat().reduce((sum, { rows }) => sum + rows, 0);
  if (total > limits.maxRows)
    throw new TooMuchTraffic(
      `${total} rated legs lie in this time, and at most ${limits.maxRows} are read; name accounts or a shorter time.`,
    );
  const comparison = new Comparison(limits.maxLines, (account) => view.rootPayerOf(account) ?? account);
  let read = 0;
  await onProgress(read, total);
  for (const [index, { query, prices }] of reads.entries()) {
    for (const slice of slices[index] ?? []) {
      for await (const groups of traffic.groups(query, slice)) {
        await inBreaths(groups, (group) => compareGroup(group, prices, comparison));
        await onProgress(read, total);
      }
      read += slice.rows;
      await onProgress(read, total);
    }
  }
  return comparison.sorted();
}

function compareGroup(group: LegGroup, { today, drafted }: PriceCatalog, comparison: Comparison): void {
  const counted = withParts(group);
  comparison.add({ group, today: priceOne(counted, today), after: priceOne(counted, drafted) });
}

/** Rows from before counts of parts were kept: what was billed in parts is all that is known. */
function withParts(group: LegGroup): LegGroup {
  if (group.partsReported >= 0 || group.partsComputed8 >= 0 || group.legs === 0) return group;
  return { ...group, partsReported: Math.max(1, Math.round(group.units / group.legs)) };
}

/** What of the traffic a draft can touch: sell legs of whom it is for, and buy legs of its buy cards. */
async function queriesOf(draft: Draft, asked: TrafficAsked, { view, traffic }: ComparePorts): Promise<TrafficQuery[]> {
  const common = { from: asked.from, to: asked.to, accounts: asked.accounts, boundaries: [], digits: 0 };
  const sideOf = (cardId: string): string | undefined => view.cards.get(cardId)?.side;
  const sells = draft.cards.map(({ cardId }) => cardId).filter((id) => sideOf(id) === 'sell');
  const buys = draft.cards.map(({ cardId }) => cardId).filter((id) => sideOf(id) === 'buy');
  const { within } = asked;
  const queries: TrafficQuery[] = [];
  if (buys.length > 0) queries.push({ ...common, side: 'buy', cards: buys, payers: [], within });
  if (sells.length > 0 || draft.plan !== null) {
    const users = [...view.accounts.values()].filter(
      (account) =>
        (draft.plan !== null && planOf(view, account) === draft.plan.id) ||
        cardsOfAccount(view, account).some((card) => sells.includes(card)),
    );
    const query: TrafficQuery = { ...common, side: 'sell', cards: sells, payers: users.map(({ id }) => id), within };
    // Who was charged by the card then and has another plan by now is priced by that plan: its cards are needed too.
    const payers = new Set([...query.payers, ...(await traffic.payers(query))]);
    queries.push({ ...query, payers: [...payers] });
  }
  return queries;
}

function planOf(view: CatalogView, { planId, rateGroupId }: { planId: string | null; rateGroupId: string | null }) {
  return planId ?? view.rateGroups.get(rateGroupId ?? '')?.planId ?? null;
}

const GROUPS_A_BREATH = 2_000;

/** Does a little at a time, so that other requests are not kept waiting. */
export async function inBreaths<T>(items: readonly T[], work: (item: T) => void): Promise<void> {
  for (const [index, item] of items.entries()) {
    if (index % GROUPS_A_BREATH === GROUPS_A_BREATH - 1) await new Promise((resolve) => setImmediate(resolve));
    work(item);
  }
}

/** The price of a leg as money that was charged: usages of a request have never been rated. */
export function asCharged(
  price: LegPrice,
): Pick<
  LegGroup,
  | 'unrated'
  | 'amount'
  | 'currency'
  | 'accountAmount'
  | 'accountCurrency'
  | 'reportingAmount'
  | 'reportingCurrency'
  | 'basis'
  | 'units'
> {
  return price.unrated !== null
    ? {
        unrated: price.unrated,
        amount: 0n,
        currency: '',
        accountAmount: 0n,
        accountCurrency: '',
        reportingAmount: 0n,
        reportingCurrency: '',
        basis: '',
        units: 0,
      }
    : {
        unrated: null,
        amount: price.amount,
        currency: price.currency,
        accountAmount: price.accountAmount,
        accountCurrency: price.accountCurrency,
        reportingAmount: price.reportingAmount,
        reportingCurrency: price.reportingCurrency,
        basis: price.basis,
        units: price.quantity,
      };
}
