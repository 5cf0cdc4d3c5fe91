/**
 * What the catalog knows, as plain data. Amounts are decimal strings, instants are microseconds UTC,
 * ids are opaque and never reused. Source: domain.md §3–§5.
 */

/** The one payee above every root payer, and the payer of every buy leg. */
export const OPERATOR = 'operator';

export type Micros = number;
export type ChargeBasis = 'accept' | 'submit' | 'delivered' | 'final_not_rejected';
export type TimeoutPolicy = 'settle' | 'release';
/** Which evidence of the network prices a message, best first. */
export type NetworkEvidence = 'reported' | 'ported' | 'range';

/** What two rates that both match are compared by; `destination` is network → longest prefix → MCC → country → default. */
export type MatchDimension = 'originCountry' | 'routeGrade' | 'trafficClass' | 'senderType' | 'destination';
/** The order of comparison of cards that state none (domain.md §3). */
export const DEFAULT_PRECEDENCE: readonly MatchDimension[] = [
  'originCountry',
  'routeGrade',
  'trafficClass',
  'senderType',
  'destination',
];
/** In a rate: the row that prices messages of which no origin is known. */
export const UNKNOWN_ORIGIN = 'unknown';

/** Which day's rate converts an amount: of the message, of the invoice, of the period's end, its average, or one agreed on. */
export type FxRule = 'event' | 'invoice' | 'period_end' | 'period_average' | 'fixed';

/** How amounts of a card become amounts of the account (sell) or the supplier (buy). Source: domain.md §7. */
export interface FxTerms {
  rule: FxRule;
  /** Whose rates: the `source` of a published rate, such as `ecb`. */
  source: string;
  /** On days without publication; `event` always takes the last one published before. */
  fallback: 'previous' | 'next';
  /** Decimal percent by which the converted amount grows, ≥ 0; null: none. */
  spreadPercent: string | null;
  /** Rule `fixed`: by `FROM/TO`, units of TO for one FROM, as a decimal. */
  fixed: Record<string, string>;
}
export const DEFAULT_FX: FxTerms = {
  rule: 'event',
  source: 'ecb',
  fallback: 'previous',
  spreadPercent: null,
  fixed: {},
};

/** Rates that one source published for one day. */
export interface FxDay {
  /** ISO date that the rates are of. */
  date: string;
  /** When they could be known: rule `event` uses them for what happened after. */
  publishedAt: Micros;
  /** Units of each currency for one of `base`, decimals. */
  rates: Record<string, string>;
}

/** Rates of some days of one source; a later publication of a day replaces it for what is rated from then on. */
export interface FxRates {
  source: string;
  base: string;
  days: FxDay[];
  knownAt: Micros;
}

/** Accounts that share a plan. */
export interface RateGroup {
  id: string;
  version: number;
  /** The reseller whose group it is; null: the operator's. */
  owner: string | null;
  name: string;
  planId: string;
}

/** How a sell card follows a buy card: buy × (1 + percent) + fixed, then floor and ceiling, then rounding. */
export interface Markup {
  /** Decimal percent of the buy price, may be negative. */
  percent: string;
  fixed: string;
  floor: string | null;
  ceiling: string | null;
}
export interface Derivation {
  fromCardId: string;
  markup: Markup;
  /** The first group that names the destination's country replaces `markup`. */
  groups: { name: string; countries: string[]; markup: Markup }[];
  rounding: { mode: 'half_up' | 'half_even' | 'up' | 'down'; places: number };
  /** Where the buy card is in another currency: the rate at the moment of computing. */
  fx: FxTerms;
}

/** What customers of a card are told, and how long before. */
export interface NoticeDays {
  increase: number;
  decrease: number;
}

/** What an account is told of: prices of a version, the withdrawal of one, or other terms. */
export type NoticeKind = 'prices' | 'withdrawal' | 'terms';

/** That an account was told of what it will pay. The sheets are kept by the catalog under the notice's id. */
export interface Notice {
  id: string;
  kind: NoticeKind;
  /** null: of terms. */
  cardId: string | null;
  /** The version that is in force from `effectiveFrom` on; null: none is, or it is of terms. */
  version: number | null;
  accountId: string;
  effectiveFrom: Micros;
  issuedAt: Micros;
  /** Rates by what happens to them; null: of terms. */
  changes: Record<'new' | 'increase' | 'decrease' | 'changed' | 'unchanged' | 'withdrawn', number> | null;
}

export interface Account {
  id: string;
  /** null: directly under the operator, so a root payer. */
  parentId: string | null;
  name: string;
  currency: string;
  timeZone: string;
  /** Partition of usage, rated and rating.commands. Stored on root payers when they are opened; null below them. */
  partition: number | null;
  planId: string | null;
  /** Where `planId` is null the group's plan counts. */
  rateGroupId: string | null;
  /** Cards that are asked before the plan's; where one has no rate the plan's card is asked. */
  overrides: PlanBinding[];
  mode: 'prepaid' | 'postpaid';
  /** ≥ 0, in the account's currency. */
  creditLimit: string;
  /** Balance + credit limit under which the account is `warned`; null: never. */
  warnBelow: string | null;
  defaultTrafficClass: string;
  legalEntity: string | null;
  taxCategory: string | null;
  closed: boolean;
}

export interface Supplier {
  id: string;
  name: string;
  currency: string;
  /** Buy card of connections that name none. */
  buyCardId: string | null;
  legalEntity: string | null;
}

export interface Connection {
  id: string;
  supplierId: string;
  /** How this connection writes message ids; null: both readings are tried and exactly one must match. */
  idFormat: 'dec' | 'hex' | 'string' | null;
  buyCardId: string | null;
  route: string | null;
  routeGrade: string | null;
}

export type CdrFormat = 'canonical-json' | 'canonical-csv' | 'kannel-access-log';

export interface Source {
  /** The name that the header `source` of cdr.raw carries. */
  id: string;
  format: CdrFormat;
  /** IANA zone of times that carry none. */
  timeZone: string;
  /** Where sourceRecordId comes from: the gateway's id, or the place of the record. */
  identity: 'gateway-id' | 'file-line' | 'offset';
  /** Value of the record's account field (account, bind, service) → account id. A value that is an account id itself needs no entry. */
  accounts: Record<string, string>;
  /** Account of records that name none and are no receipts; null: they are correlated or rejected. */
  defaultAccount: string | null;
  /** The gateway's name of a connection (Kannel: SMSC) → connection id. */
  connections: Record<string, string>;
  trafficClass: string | null;
  /** How long this source's receipts may take before an unmatched one counts as lost, seconds. */
  slowestReceiptSec: number;
  /** The mapping counts for records appended from here on. */
  effectiveFrom: Micros;
}

export interface RateCard {
  id: string;
  /** The reseller whose card it is; null or absent: the operator's. */
  owner?: string | null;
  name: string;
  side: 'sell' | 'buy';
  service: 'sms' | 'voice';
  currency: string;
  /** Which count of parts is billed. */
  partRule: 'reported' | 'computed8' | 'computed16' | 'perMessage';
  networkEvidence: NetworkEvidence[];
  /** Terms of buy legs; sell legs take the plan's. A value on the rate wins over both. */
  basis: ChargeBasis;
  timeoutSec: number;
  timeoutPolicy: TimeoutPolicy | null;
  /** Countries whose handsets never send receipts: their legs fall back to `submit`. */
  noReceiptCountries: string[];
  /** All five dimensions in the order that this card compares rates by; null: DEFAULT_PRECEDENCE. */
  precedence: MatchDimension[] | null;
  /** Buy cards in another currency than their supplier's account; sell cards are converted by the plan's terms. */
  fx: FxTerms | null;
  noticeDays: NoticeDays;
  /** Sell cards that follow a buy card; null: its rates are its own. */
  derivation: Derivation | null;
}

export interface RateCardVersion {
  cardId: string;
  /** 1, 2, … in order of publication. */
  version: number;
  effectiveFrom: Micros; // inclusive
  knownAt: Micros;
  supersedes: number | null;
  /** Withdrawn versions never price what is rated from then on. */
  withdrawnAt: Micros | null;
  rows: number;
  chunks: number;
  sha256: string;
}

export interface PlanBinding {
  /** null: any class that no other binding names. */
  trafficClass: string | null;
  /** Region pricing: the card for destinations in these countries; null: any country that no other binding of the class names. */
  countries: string[] | null;
  cardId: string;
}

export interface Plan {
  id: string;
  /** Stream version: what `plan.version` on a leg names. */
  version: number;
  /** The reseller whose plan it is; null or absent: the operator's. */
  owner?: string | null;
  name: string;
  service: 'sms' | 'voice';
  bindings: PlanBinding[];
  basis: ChargeBasis;
  timeoutSec: number;
  /** null: the basis decides (settle on final_not_rejected, release otherwise). */
  timeoutPolicy: TimeoutPolicy | null;
  /** How amounts of cards in another currency than the account's are converted. */
  fx: FxTerms;
}

export interface NumberingPlan {
  id: string;
  version: number;
  rows: number;
  chunks: number;
  sha256: string;
}

export type Permission = 'read' | 'write' | 'ingest' | 'admin';

export interface ApiKey {
  id: string;
  name: string;
  /** SHA-256 of the secret, hex. The secret itself is shown once and kept nowhere. */
  hash: string;
  /** Root of the subtree the key may see; OPERATOR: everything. */
  scope: string;
  permissions: Permission[];
  /** Whose key it is: two keys of one person are no two persons. null: the installation's own; absent: of an earlier release. */
  person?: string | null;
  expiresAt: Micros | null;
  revoked: boolean;
}

/** Shape of `CatalogEvent.data` by `CatalogEvent.type`. Changed events carry the whole new state. */
export interface CatalogEventData {
  Heartbeat: Record<string, never>;
  AccountOpened: Account;
  AccountChanged: Account;
  AccountClosed: { id: string };
  SupplierAdded: Supplier;
  SupplierChanged: Supplier;
  ConnectionAdded: Connection;
  ConnectionChanged: Connection;
  SourceConfigured: Source;
  RateCardCreated: RateCard;
  RateCardChanged: RateCard;
  RateCardVersionPublished: RateCardVersion;
  RateCardVersionWithdrawn: { cardId: string; version: number; withdrawnAt: Micros };
  PlanCreated: Plan;
  PlanChanged: Plan;
  RateGroupCreated: RateGroup;
  RateGroupChanged: RateGroup;
  FxRatesPublished: FxRates;
  NoticeIssued: Notice;
  NumberingPlanPublished: NumberingPlan;
  ApiKeyIssued: ApiKey;
  ApiKeyRevoked: { id: string };
}
