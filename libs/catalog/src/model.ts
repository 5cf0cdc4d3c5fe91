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
  NumberingPlanPublished: NumberingPlan;
  ApiKeyIssued: ApiKey;
  ApiKeyRevoked: { id: string };
}
