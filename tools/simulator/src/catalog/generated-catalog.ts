import type {
  Account,
  ApiKey,
  CdrFormat,
  Connection,
  Micros,
  Plan,
  RateCard,
  RateGroup,
  Source,
  Supplier,
} from '@ratestream/catalog';

/** One line of a rate sheet as its CSV says it; a missing field means any. Prices are decimal strings. */
export interface SheetRow {
  country?: string;
  mcc?: string;
  mnc?: string;
  prefix?: string;
  trafficClass?: string;
  price: string;
  unit?: 'part' | 'message';
  basis?: string;
  timeoutSec?: number;
  timeoutPolicy?: string;
  senderType?: string;
  /** `unknown`: of messages whose origin nobody tells. */
  originCountry?: string;
  routeGrade?: string;
  priority?: number;
  surcharge?: string;
  validFrom?: Micros;
  validUntil?: Micros;
}

export interface SheetVersion {
  effectiveFrom: Micros; // inclusive
  rows: SheetRow[];
}

export interface GeneratedCard {
  card: RateCard;
  /** None: its rates are derived from another card's. */
  versions: SheetVersion[];
}

export interface NumberSheetRow {
  prefix: string;
  country: string;
  mcc: string;
  mnc: string;
  operator: string;
}

/** An account that sends, how much of the traffic it is, and how its gateway names it. */
export interface Sender {
  accountId: string;
  /** Relative share of the messages. */
  weight: number;
  sourceId: string;
  format: CdrFormat;
  /** What the gateway writes for the account: its id, or a bind that the source maps to it. */
  gatewayAccount: string;
  senderIds: string[];
  classes: string[];
}

export interface TopUp {
  accountId: string;
  amount: string;
  currency: string;
}

/** A whole tenant tree with its prices, in the order in which it can be created. */
export interface GeneratedCatalog {
  seed: number;
  currency: string;
  /** Parents before their children. `partition` is null everywhere: the catalog stores it when it opens the account. */
  accounts: Account[];
  suppliers: Supplier[];
  connections: Connection[];
  sources: Source[];
  cards: GeneratedCard[];
  plans: Plan[];
  rateGroups: Omit<RateGroup, 'version'>[];
  /** Simulated exchange rates of the last weeks, as the ECB writes its history. */
  exchangeRates: string;
  numberingPlan: { id: string; rows: NumberSheetRow[] };
  apiKeys: Pick<ApiKey, 'id' | 'name' | 'scope' | 'permissions'>[];
  topUps: TopUp[];
  senders: Sender[];
}
