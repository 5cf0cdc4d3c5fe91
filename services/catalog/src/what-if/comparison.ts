import type { LegPrice } from './price-group.js';
import type { LegGroup } from './traffic-reader.js';

/** Whose money a sum is in: the card's, the account's that pays, the installation's for reports. */
export type MoneyIn = 'card' | 'account' | 'reporting';

export interface Sums {
  /** As it was rated. */
  before: bigint;
  /** By today's catalog without the draft; where it differs from `before`, something else has changed since. */
  today: bigint;
  after: bigint;
}

/** Money by currency; never added over currencies. */
export type Money = Map<string, Sums>;

export interface Counts {
  /** Messages (first parts) and legs that are compared. */
  messages: number;
  legs: number;
  /** Parts or messages that were billed. */
  units: number;
  /** Charged messages that the draft has no price for. */
  becomeUnrated: number;
  /** Messages without a price that the draft prices. */
  becomeRated: number;
  stayUnrated: number;
  /** Legs that the draft would charge at another step of the message; they are compared as if they were charged all the same. */
  otherBasis: number;
}

export interface LineKey {
  side: 'sell' | 'buy';
  /** Who pays the owner of the card; on the buy side the root payer whose messages were carried. */
  account: string;
  /** null on the sell side. */
  supplier: string | null;
  country: string;
  mcc: string;
  mnc: string;
  trafficClass: string;
}

export interface Line extends LineKey {
  counts: Counts;
  money: Record<MoneyIn, Money>;
}

/** More lines than anybody reads, or than we hold in memory. */
export class TooManyLines extends Error {
  override readonly name = 'TooManyLines';
}

export const noCounts = (): Counts => ({
  messages: 0,
  legs: 0,
  units: 0,
  becomeUnrated: 0,
  becomeRated: 0,
  stayUnrated: 0,
  otherBasis: 0,
});
const noMoney = (): Record<MoneyIn, Money> => ({ card: new Map(), account: new Map(), reporting: new Map() });

/** What a group was, what it costs by the catalog of today, and what by the draft. */
export interface Compared {
  group: LegGroup;
  today: LegPrice;
  after: LegPrice;
}

/**
 * Adds up groups of legs to lines.
 *
 * Law     the sum over groups is the sum over their legs: a group's price counts as often as it has legs
 * Errors  TooManyLines
 */
export class Comparison {
  private readonly lines = new Map<string, Line>();

  constructor(
    private readonly maxLines: number,
    private readonly rootPayerOf: (account: string) => string,
  ) {}

  add({ group, today, after }: Compared): void {
    const line = this.lineOf(group);
    const { counts } = line;
    const { legs } = group;
    counts.legs += legs;
    if (group.firstPart) counts.messages += legs;
    counts.units += group.units;
    if (group.unrated === null) {
      if (after.unrated !== null) counts.becomeUnrated += legs;
      else if (after.basis !== group.basis) counts.otherBasis += legs;
      add(line.money.card, group.currency, 'before', group.amount);
      add(line.money.account, group.accountCurrency, 'before', group.accountAmount);
      add(line.money.reporting, group.reportingCurrency, 'before', group.reportingAmount);
    } else if (after.unrated === null) counts.becomeRated += legs;
    else counts.stayUnrated += legs;
    this.price(line, group, today, 'today');
    this.price(line, group, after, 'after');
  }

  sorted(): Line[] {
    return [...this.lines].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, line]) => line);
  }

  private price(line: Line, group: LegGroup, price: LegPrice, which: 'today' | 'after'): void {
    if (price.unrated !== null || (group.unrated !== null && !isDue(price.basis, group.events))) return;
    const legs = BigInt(group.legs);
    add(line.money.card, price.currency, which, price.amount * legs);
    add(line.money.account, price.accountCurrency, which, price.accountAmount * legs);
    add(line.money.reporting, price.reportingCurrency, which, price.reportingAmount * legs);
  }

  private lineOf(group: LegGroup): Line {
    const { side, country, mcc, mnc, trafficClass } = group;
    const account = side === 'sell' ? group.payer : this.rootPayerOf(group.account);
    const supplier = side === 'sell' ? null : group.supplier;
    const key = [side, account, supplier ?? '', country, mcc, mnc, trafficClass].join('\u001f');
    const known = this.lines.get(key);
    if (known !== undefined) return known;
    if (this.lines.size >= this.maxLines)
      throw new TooManyLines(`There are more than ${this.maxLines} lines; name accounts or a shorter time.`);
    const line: Line = {
      side,
      account,
      supplier,
      country,
      mcc,
      mnc,
      trafficClass,
      counts: noCounts(),
      money: noMoney(),
    };
    this.lines.set(key, line);
    return line;
  }
}

export function addSums(into: Money, from: Money): void {
  for (const [currency, sums] of from)
    for (const which of ['before', 'today', 'after'] as const) add(into, currency, which, sums[which]);
}

function add(money: Money, currency: string, which: keyof Sums, amount: bigint): void {
  let sums = money.get(currency);
  if (sums === undefined) money.set(currency, (sums = { before: 0n, today: 0n, after: 0n }));
  sums[which] += amount;
}

const SUBMITTED = ['submitted', 'unknown', 'delivered', 'undelivered', 'expired', 'rejected', 'deleted'];
const DUE_AFTER: Readonly<Record<string, readonly string[]>> = {
  submit: SUBMITTED,
  delivered: ['delivered'],
  final_not_rejected: ['delivered', 'undelivered', 'expired', 'deleted'],
};

/** Whether a leg that had no price would have been charged by the events that its message has. */
export function isDue(basis: string, events: readonly string[]): boolean {
  const after = DUE_AFTER[basis];
  return after === undefined || events.some((event) => after.includes(event));
}
