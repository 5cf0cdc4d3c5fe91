import type { Micros } from '@ratestream/catalog';

/** Everything of a message that a card may ask. Legs that are equal in all of it, and billed in one interval, cost the same. */
export interface PricedBy {
  /** `reported/262/01/DE`, best first: every evidence of the network. */
  networks: readonly string[];
  /** ISO 3166-1 alpha-2 of the number; '' where unknown. */
  numberCountry: string;
  /** Leading digits of the recipient, as many as a rate of the cards at hand can ask; '' where none does. */
  digits: string;
  trafficClass: string;
  senderType: string;
  originCountry: string;
  routeGrade: string;
  connection: string;
  /** A per-message amount is on part 1 alone. */
  firstPart: boolean;
  /** −1: nobody counted. */
  partsReported: number;
  partsComputed8: number;
  partsComputed16: number;
}

/** Legs that every card prices alike, with the money that they were charged. */
export interface LegGroup extends PricedBy {
  side: 'sell' | 'buy';
  /** Whose message. */
  account: string;
  payer: string;
  level: number;
  supplier: string;
  /** The card that priced them, or that had no rate for them. */
  cardId: string;
  /** What people ask for: country and network by the best evidence. */
  country: string;
  mcc: string;
  mnc: string;
  /** A billing time of them: any other of the group lies in the same interval between two boundaries. */
  at: Micros;
  basis: string;
  /** Settled less reversed; of unrated legs their number. */
  legs: number;
  units: number;
  currency: string;
  amount: bigint;
  accountCurrency: string;
  accountAmount: bigint;
  /** For sums over everything: the installation's currency, or the card's where no rate leads there. */
  reportingCurrency: string;
  reportingAmount: bigint;
  /** null: they were charged. Else why they have no price. */
  unrated: string | null;
  /** Of unrated ones: which events of their messages came, to tell whether they would be due. */
  events: readonly string[];
}

export interface TrafficQuery {
  /** Billing time, inclusive. */
  from: Micros;
  /** Exclusive. */
  to: Micros;
  side: 'sell' | 'buy';
  /** Legs that these cards priced or had no rate for … */
  cards: readonly string[];
  /** … and all legs of these payers, whatever card priced them. */
  payers: readonly string[];
  /** Payers that the caller may know of; null: all. */
  within: readonly string[] | null;
  /** Accounts whose messages count; null: all. */
  accounts: readonly string[] | null;
  /** Instants at which a price changes, ascending: no group lies on both sides of one. */
  boundaries: readonly Micros[];
  /** The longest prefix that a rate of the cards names. */
  digits: number;
}

/** A piece of the traffic that is read at once. */
export interface TrafficSlice {
  partition: number;
  /** Rows that will be read for it. */
  rows: number;
}

/** What one party earns and pays for the same messages: settled units by the two cards and all that they are priced by. */
export interface PairGroup extends PricedBy {
  sellCard: string;
  buyCard: string;
  country: string;
  mcc: string;
  mnc: string;
  /** Parts or messages, as the cost leg bills them. */
  units: number;
}

export interface Pairs {
  groups: PairGroup[];
  /** There were more than may be held: those with the least units are left out. */
  cut: boolean;
}

export interface PairQuery {
  from: Micros;
  to: Micros;
  /** Who sells and buys: the operator or a reseller. */
  party: string;
  /** Only messages that this card priced on either side; null: any. */
  cardId: string | null;
  digits: number;
}

/** Nobody can say what the traffic was: ClickHouse is not configured, or does not answer. */
export class TrafficUnknown extends Error {
  override readonly name = 'TrafficUnknown';
}

/**
 * What was rated, read where analytics keeps it.
 *
 * Errors  TrafficUnknown from every method; the catalog works on without it
 */
export interface TrafficReader {
  ping(): Promise<void>;
  /** Payers of the legs that a query is for. */
  payers(query: TrafficQuery): Promise<string[]>;
  /** What a query will read: the total that progress is shown against. */
  slices(query: TrafficQuery): Promise<TrafficSlice[]>;
  /** The legs of a slice as they stand now, corrections applied: charged ones, and those without a price. */
  groups(query: TrafficQuery, slice: TrafficSlice): AsyncGenerator<LegGroup[]>;
  pairs(query: PairQuery): Promise<Pairs>;
}
