/** What the page reads, and nothing else. Amounts are decimal strings all the way to the screen. */

/** `GET /api/analytics/v1/live`, cut to what the key sees. Instants are ISO 8601. */
export interface Live {
  at: string;
  /** Mean over the last ten seconds. */
  messagesPerSec: number;
  today: {
    day: string;
    events: number;
    rated: number;
    unrated: number;
    noted: number;
    unratedLegs: number;
    /** Null for tenants. */
    rejected: { total: number; reasons: { reason: string; records: number }[] } | null;
  };
  money: { currency: string; revenue: string; cost: string; margin: string; heldRevenue: string; heldCost: string }[];
  /** From the append to cdr.raw to the row in ClickHouse; null when nothing came. */
  latencyMs: { p50: number; p99: number } | null;
  /** Of the sink; null for tenants. */
  lag: number | null;
  last: LastMessage[];
}

export interface LastMessage {
  messageId: string;
  ratedId: string;
  at: string;
  kind: string;
  event: string;
  status: string;
  account: string;
  country: string;
  /** MCC-MNC. */
  network: string;
  reason: string;
  currency: string;
  revenue: string;
  cost: string;
  margin: string;
  heldRevenue: string;
}

/** `GET /api/console/v1/lag`, the operator's. */
export interface Lag {
  readers: { service: string; topic: string; partitions: number; records: number }[];
  unknown: string[];
}

export interface Account {
  id: string;
  parentId: string | null;
  name: string;
  currency: string;
  mode: string;
  balance: string;
  held: string;
  creditLimit: string;
  available: string;
  status: string;
  closed: boolean;
}

/** `GET /api/rating/v1/messages/{messageId}`. */
export interface MessageView {
  messageId: string;
  rated: RatedStep[];
  usage: unknown[];
}

export interface RatedStep {
  ratedId: string;
  kind: string;
  event: string;
  part: number;
  reason: string | null;
  ratedAt: string;
  legs: RatedLeg[];
  /** One sentence a line. */
  explanation: string[];
}

export interface RatedLeg {
  legId: string;
  side: string;
  payer: string;
  payee: string;
  action: string;
  amount: string;
  heldAmount: string;
  currency: string;
  reason: string | null;
  rate: { cardId: string; version: number } | null;
}

/** A refusal or a failure, in the words of the service where it had any. `status` 0: nothing answered. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

const TIMEOUT_MS = 8_000;

async function get<T>(path: string, key: string, signal: AbortSignal): Promise<T> {
  let answer: Response;
  try {
    answer = await fetch(path, {
      headers: { authorization: `Bearer ${key}`, accept: 'application/json' },
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new ApiError(0, 'The entry port does not answer.');
  }
  if (answer.ok) return (await answer.json()) as T;
  const problem = (await answer.json().catch(() => ({}))) as { detail?: string };
  throw new ApiError(answer.status, problem.detail ?? `The answer was ${answer.status}.`);
}

export const readLive = (key: string, signal: AbortSignal): Promise<Live> => get('/api/analytics/v1/live', key, signal);

export const readLag = (key: string, signal: AbortSignal): Promise<Lag> => get('/api/console/v1/lag', key, signal);

export const readAccounts = async (key: string, signal: AbortSignal): Promise<Account[]> =>
  (await get<{ items: Account[] }>('/api/balance/v1/accounts?limit=100', key, signal)).items;

export const readMessage = (messageId: string, key: string, signal: AbortSignal): Promise<MessageView> =>
  get(`/api/rating/v1/messages/${encodeURIComponent(messageId)}`, key, signal);
