/** What the page reads, and nothing else. Amounts are decimal strings all the way to the screen. */

/** `GET /api/analytics/v1/live`, cut to what the key sees. */
export interface Live {
  /** ISO 8601. */
  asOf: string;
  /** The last minute; its last second may not be complete. */
  perSecond: { t: string; messages: number }[];
  /** Messages of today, UTC. */
  totals: { messages: number; rated: number; unrated: number; rejected: number };
  rejectReasons: { reason: string; records: number }[];
  /** In the installation's currency; in another one only where no exchange rate leads to it. */
  money: { currency: string; revenue: string; cost: string; margin: string; held: string }[];
  /** From the append to cdr.raw to the row in ClickHouse. */
  latency: { p50Ms: number | null; p99Ms: number | null };
  /** Empty for tenants. */
  lag: { service: string; topic: string; partition: number; lag: number }[];
  last: LastMessage[];
}

export interface LastMessage {
  messageId: string;
  part: number;
  /** Microseconds UTC. */
  ratedAt: number;
  kind: string;
  event: string;
  account: string;
  country: string | null;
  recipientPrefix: string | null;
  network: string | null;
  reason: string | null;
  legs: {
    side: string;
    action: string;
    /** In the card's currency. */
    amount: string;
    currency: string;
    /** What is debited, or owed to the supplier; what is held is in the same currency. */
    accountAmount: string;
    accountCurrency: string;
    heldAmount: string;
    payer: string;
    payee: string;
    supplierId: string | null;
  }[];
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
  /** ISO 8601. */
  ratedAt: string;
  legs: RatedLeg[];
  /** All of it, those of the legs too; one sentence a line. */
  explanation: string[];
}

export interface RatedLeg {
  legId: string;
  side: string;
  payer: string;
  payee: string;
  action: string;
  /** In the card's currency. */
  amount: string;
  currency: string;
  accountAmount: string;
  accountCurrency: string;
  heldAmount: string;
  reason: string | null;
  rate: { cardId: string; version: number } | null;
  /** Who pays whom what, each component and conversion; one sentence a line. */
  statement: string[];
  /** Which card was asked, what matched and what nearly did; empty where an earlier step says it. */
  why: string[];
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

export const readAccounts = async (key: string, signal: AbortSignal): Promise<Account[]> =>
  (await get<{ items: Account[] }>('/api/balance/v1/accounts?limit=100', key, signal)).items;

export const readMessage = (messageId: string, key: string, signal: AbortSignal): Promise<MessageView> =>
  get(`/api/rating/v1/messages/${encodeURIComponent(messageId)}`, key, signal);
