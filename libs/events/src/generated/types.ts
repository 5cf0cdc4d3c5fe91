// Generated from schemas/ by `npm run generate`. Do not edit.

export type AccountStatusStatus = 'active' | 'warned' | 'suspended';
export type AccountStatusOwnStatus = 'active' | 'warned' | 'suspended';
/** Effective status of an account: the worst of its own and every ancestor's. Readers ignore an older version. */
export interface AccountStatus {
  account: string;
  version: number;
  status: AccountStatusStatus;
  ownStatus: AccountStatusOwnStatus;
  /** the ancestor whose status counts */
  causedBy: string | null;
  /** nano-units */
  available: bigint;
  currency: string;
  at: number;
}

/** A movement or a crossing on an account. */
export interface BalanceEvent {
  eventId: string;
  /** TopUpRecorded, AdjustmentRecorded, LimitCrossed */
  type: string;
  account: string;
  currency: string;
  /** nano-units */
  amount: bigint;
  /** after; nano-units */
  balance: bigint;
  /** nano-units */
  held: bigint;
  /** nano-units */
  creditLimit: bigint;
  at: number;
  reason: string | null;
  reference: string | null;
  actor: string;
}

/** One fact of the catalog. data is JSON whose shape libs/catalog gives by type; amounts in it are strings. */
export interface CatalogEvent {
  /** gapless, in commit order; a heartbeat repeats the last */
  position: number;
  type: string;
  eventId: string;
  aggregate: string;
  aggregateId: string;
  aggregateVersion: number;
  occurredAt: number;
  /** API key id or job */
  actor: string;
  data: string;
}

/** What makes a usage event itself and no other. */
export interface Identity {
  /** configured source */
  source: string;
  /** by the source's identity recipe */
  sourceRecordId: string;
  /** 0 before any submission, then 1, 2, …; receipts name the attempt they are about */
  attempt: number;
  /** 1-based part of a concatenated message, 1 otherwise */
  part: number;
  /** accepted, submitted, delivered, … */
  event: string;
}

/** Hash of the parsed business fields before enrichment. */
export interface Fingerprint {
  version: number;
  /** 32 hex digits */
  hash: string;
}

/** Where a record lies in Kafka. */
export interface RecordRef {
  topic: string;
  partition: number;
  offset: number;
}

export type TimesZoneFlag = 'ambiguous' | 'gap';
/** UTC; evidence of the source zone beside them. */
export interface Times {
  accepted: number | null;
  scheduled: number | null;
  submitted: number | null;
  done: number | null;
  ingested: number;
  /** zone the record was read in */
  zone: string | null;
  /** local time that occurs twice or never */
  zoneFlag: TimesZoneFlag | null;
}

/** One piece of evidence of the network a number is on. */
export interface NetworkRef {
  mcc: string | null;
  mnc: string | null;
  /** ISO 3166-1 alpha-2 */
  country: string | null;
  at: number | null;
  /** who says so: gateway, hlr, numbering plan and version */
  by: string;
}

/** All that is known of the network; a card names which piece prices it. */
export interface Network {
  reported: NetworkRef | null;
  ported: NetworkRef | null;
  range: NetworkRef | null;
}

/** Concatenation header of a part that came as a record of its own. */
export interface Udh {
  ref: number;
  part: number;
  total: number;
}

/** Part counts as reported and as computed; never silently replaced by one another. */
export interface PartCounts {
  reported: number | null;
  /** 8-bit concatenation reference */
  computed8: number | null;
  computed16: number | null;
  /** no count could be known: one part is taken */
  assumed: boolean;
}

/** As the supplier wrote it, and as correlation compares it. */
export interface SupplierMessageId {
  raw: string;
  normalised: string;
}

export type UsageEventDirection = 'mt' | 'mo' | 'at' | 'voice';
export type UsageEventEncoding = 'gsm7' | 'ucs2' | 'binary';
/** One step of one part of a message, parsed, normalised and enriched. */
export interface UsageEvent {
  /** UUIDv5 of identity */
  usageEventId: string;
  messageId: string;
  identity: Identity;
  fingerprint: Fingerprint;
  rawRef: RecordRef;
  /** broker time of the raw record */
  rawAppendedAt: number;
  catalogPosition: number;
  service: string;
  direction: UsageEventDirection;
  account: string | null;
  rootPayer: string;
  /** account, its parent, … root payer */
  chain: string[];
  /** bind or service */
  systemId: string | null;
  clientRef: string | null;
  authorizationId: string | null;
  gatewayMessageId: string | null;
  times: Times;
  timeEstimated: boolean;
  sender: string | null;
  senderType: string | null;
  senderRegistrationId: string | null;
  brandId: string | null;
  campaignId: string | null;
  dltEntityId: string | null;
  dltTemplateId: string | null;
  originCountry: string | null;
  originResolvedBy: string | null;
  /** E.164 with +, or a short code */
  recipient: string | null;
  /** of the recipient's number */
  country: string | null;
  network: Network;
  trafficClass: string;
  classResolvedBy: string | null;
  encoding: UsageEventEncoding | null;
  dcs: number | null;
  udh: Udh | null;
  textHash: string | null;
  textLength: number | null;
  parts: PartCounts;
  validity: string | null;
  priority: number | null;
  dlrRequested: boolean | null;
  supplier: string | null;
  connection: string | null;
  route: string | null;
  routeGrade: string | null;
  hops: number | null;
  supplierMessageId: SupplierMessageId | null;
  /** normalised status of the attempt */
  status: string | null;
  rawStatus: string | null;
  errorCode: string | null;
  smscGt: string | null;
  servingMsc: string | null;
  imsi: string | null;
  durationSec: number | null;
  answeredAt: number | null;
  hangupCause: string | null;
}

export type CorrelationRecordKind = 'register' | 'ask';
/** Internal: registers a message under a supplier or gateway id, or asks for the message a receipt belongs to. */
export interface CorrelationRecord {
  kind: CorrelationRecordKind;
  /** connection|id or source|gateway id */
  key: string;
  /** string, dec or hex: how the id was read */
  reading: string;
  /** ask: all candidate keys */
  keys: string[];
  /** register: the event with the account; ask: the receipt, its account empty */
  usage: UsageEvent | null;
  messageId: string | null;
  account: string | null;
  rootPayer: string | null;
  chain: string[];
  attempt: number | null;
  part: number | null;
  at: number;
  /** ask: line of the raw record */
  line: number | null;
}

/** Internal: up to which broker append time a task has written out its input. */
export interface IngestProgress {
  topic: string;
  partition: number;
  progressAt: number;
  at: number;
}

export type CauseType = 'usage' | 'timer' | 'catalog' | 'command';
/** What made a rated event. */
export interface Cause {
  type: CauseType;
  /** usageEventId, or the id of the command; catalog: the position; timer: the deadline */
  id: string;
  topic: string | null;
  partition: number | null;
  offset: number | null;
  position: number | null;
  deadline: number | null;
}

export type ComponentKind = 'usage' | 'surcharge' | 'pack' | 'tier' | 'fee';
/** One line of a leg. For hold the components price heldAmount, else amount. */
export interface Component {
  kind: ComponentKind;
  name: string;
  quantity: number;
  /** nano-units */
  unitPrice: bigint;
  /** nano-units */
  amount: bigint;
  /** the surcharge row; null: the leg's rate */
  rateId: string | null;
}

/** Evidence of a conversion. */
export interface Fx {
  from: string;
  to: string;
  /** decimal */
  rate: string;
  /** ISO date */
  rateDate: string;
  source: string;
  rule: string;
  /** the currency that the source quotes per; null: the rate is stated for the pair */
  base: string | null;
  /** decimal, as published */
  fromPerBase: string | null;
  /** decimal, as published */
  toPerBase: string | null;
  /** decimal, already in rate */
  spreadPercent: string | null;
  /** the rule's own rate does not exist yet; an invoice trues it up */
  provisional: boolean;
}

/** The rate that priced a leg. */
export interface RateChoice {
  cardId: string;
  version: number;
  rateId: string;
  /** class:… then network, mcc, prefix, country or default */
  matchedBy: string;
}

/** The plan in force. */
export interface PlanRef {
  id: string;
  version: number;
}

/** A counter before and after this leg. */
export interface CounterMove {
  id: string;
  /** nano-units */
  before: bigint;
  /** nano-units */
  after: bigint;
}

/** The amount of a leg in the operator's reporting currency. */
export interface Reporting {
  /** nano-units */
  amount: bigint;
  currency: string;
  fx: Fx;
}

export type LegSide = 'sell' | 'buy';
export type LegAction = 'hold' | 'settle' | 'release' | 'reverse' | 'unrated';
export type LegBasis = 'accept' | 'submit' | 'delivered' | 'final_not_rejected';
export type LegUnit = 'part' | 'message';
export type LegTimeoutPolicy = 'settle' | 'release';
/** One payment between two parties for one part of a message. */
export interface Leg {
  /** the same over hold, settle, release and reverse */
  legId: string;
  side: LegSide;
  /** sell: depth of the payer below the root payer, which is 0; buy: 0 */
  level: number;
  payer: string;
  payee: string;
  /** buy: the attempt; sell: 0 */
  attempt: number;
  supplierId: string | null;
  legalEntity: string | null;
  taxCategory: string | null;
  action: LegAction;
  /** why unrated, released or reversed */
  reason: string | null;
  basis: LegBasis;
  billingTime: number;
  quantity: number;
  unit: LegUnit;
  components: Component[];
  /** what this step posts: settle +, reverse −, otherwise 0; nano-units */
  amount: bigint;
  currency: string;
  /** nano-units */
  accountAmount: bigint;
  accountCurrency: string;
  /** what this step newly holds (hold only), in the account currency; nano-units */
  heldAmount: bigint;
  /** what this step frees of an earlier hold; nano-units */
  heldAmountFreed: bigint;
  fx: Fx | null;
  rate: RateChoice | null;
  plan: PlanRef | null;
  counters: CounterMove[];
  /** when an open leg times out */
  deadline: number | null;
  timeoutPolicy: LegTimeoutPolicy | null;
  /** what the step is in the reporting currency; null: the leg is in it already, or no rate is known */
  reporting: Reporting | null;
}

export type RatedEventDirection = 'mt' | 'mo' | 'at' | 'voice';
/** One step in the money of one part of a message; carries the whole subject, so that every reader needs this topic alone. */
export interface RatedEvent {
  ratedId: string;
  /** rated, noted, unrated, adjustment, command, reversal, conflict */
  kind: string;
  messageId: string;
  part: number;
  identity: Identity | null;
  fingerprint: Fingerprint | null;
  cause: Cause;
  event: string;
  /** status of the attempt after this event */
  status: string | null;
  /** the next deadline of this part after this event */
  deadline: number | null;
  ratedAt: number;
  catalogPosition: number;
  correctsRatedId: string | null;
  rerateRunId: string | null;
  reason: string | null;
  service: string;
  direction: RatedEventDirection;
  account: string | null;
  rootPayer: string;
  chain: string[];
  systemId: string | null;
  clientRef: string | null;
  authorizationId: string | null;
  gatewayMessageId: string | null;
  times: Times;
  rawAppendedAt: number;
  timeEstimated: boolean;
  sender: string | null;
  senderType: string | null;
  senderRegistrationId: string | null;
  campaignId: string | null;
  originCountry: string | null;
  originResolvedBy: string | null;
  /** all digits but the last four */
  recipientPrefix: string | null;
  /** HMAC-SHA-256, 32 hex digits */
  recipientHash: string | null;
  recipientHashKeyId: string | null;
  country: string | null;
  network: Network;
  trafficClass: string;
  classResolvedBy: string | null;
  encoding: string | null;
  udh: Udh | null;
  parts: PartCounts;
  supplier: string | null;
  connection: string | null;
  route: string | null;
  routeGrade: string | null;
  supplierMessageId: SupplierMessageId | null;
  rawStatus: string | null;
  errorCode: string | null;
  legs: Leg[];
  /** the usage event the subject was taken from: an earlier step of the life corrects a later one */
  subjectEvent: string | null;
  /** which step of the life each fact of the subject is from: subject, reported, ported and range network, parts, scheduled time, sender type, origin; empty: all from the subject's event */
  subjectRanks: number[];
  /** route grade in the record that opened the message: sell legs are priced by it; `routeGrade` is this record's own */
  openingRouteGrade: string | null;
}

/** What is known of one attempt. */
export interface AttemptSnapshot {
  attempt: number;
  /** the first terminal status, else the latest */
  status: string | null;
  /** some receipt said delivered, be it the second one */
  delivered: boolean;
  submittedAt: number | null;
  doneAt: number | null;
  supplier: string | null;
  connection: string | null;
  route: string | null;
  routeGrade: string | null;
  /** which step of the attempt told the route grade: the earliest is believed */
  routeGradeRank: number;
}

/** Internal: what a rating task remembers of one part of a message; pieces of RatingCheckpoint hold these. */
export interface PartSnapshot {
  /** the last event of the part; its legs are replaced by every leg as it stands */
  subject: RatedEvent;
  /** the subject can price the message; false while only receipts are known */
  priced: boolean;
  blocked: boolean;
  attempts: AttemptSnapshot[];
}

export type RateRowUnit = 'part' | 'message';
/** One rate. Null in a matching field means any. */
export interface RateRow {
  rateId: string;
  country: string | null;
  mcc: string | null;
  mnc: string | null;
  /** E.164 digits without + */
  prefix: string | null;
  trafficClass: string | null;
  /** nano-units */
  price: bigint;
  unit: RateRowUnit;
  basis: string | null;
  timeoutSec: number | null;
  timeoutPolicy: string | null;
  /** alphanumeric, long_code, short_code, toll_free … */
  senderType: string | null;
  /** ISO 3166-1 alpha-2 of the origin, or `unknown` */
  originCountry: string | null;
  routeGrade: string | null;
  /** the highest that matches is asked first, before any precedence */
  priority: number;
  /** name of the component that this row adds; null: the row is a usage price */
  surcharge: string | null;
  /** surcharges only: the first billing time that it counts for */
  validFrom: number | null;
  /** surcharges only: the first billing time that it no longer counts for */
  validUntil: number | null;
}

/** One range of a numbering plan. */
export interface NumberRow {
  /** E.164 digits without + */
  prefix: string;
  country: string | null;
  mcc: string | null;
  mnc: string | null;
  operator: string | null;
}

export type RateChunkKind = 'rates' | 'numbers';
/** Rows of a version, sent before the event that publishes it. */
export interface RateChunk {
  kind: RateChunkKind;
  /** card or numbering plan */
  id: string;
  version: number;
  /** 0-based */
  chunk: number;
  rates: RateRow[];
  numbers: NumberRow[];
}

/** Internal: one piece of a task's fold. */
export interface RatingCheckpoint {
  partition: number;
  piece: string;
  foldVersion: number;
  /** offset of rated up to which this piece is complete */
  offset: number;
  at: number;
  sequence: number;
  total: number;
  bytes: Buffer;
}

/** An order to the task of one partition. */
export interface RatingCommand {
  commandId: string;
  type: string;
  rootPayer: string;
  at: number;
  actor: string;
  /** JSON */
  data: string;
}

/** A raw record that can never succeed as it is, kept with its reason. */
export interface RejectedCdr {
  rejectId: string;
  source: string;
  /** code */
  reason: string;
  /** for a person, names field and line */
  message: string;
  rawRef: RecordRef;
  /** 1-based line inside the record */
  line: number | null;
  rejectedAt: number;
  replayable: boolean;
  /** how often it was replayed before */
  attempt: number;
  /** the record with its text blanked, at most 4096 bytes */
  bytes: Buffer;
  truncated: boolean;
}
