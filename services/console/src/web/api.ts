/** What the page reads, and nothing else. Amounts are decimal strings all the way to the screen. */

export interface Live {
  asOf: string | number;
  perSecond: { t: string | number; messages: number }[];
  totals: { messages: number; rated: number; unrated: number; rejected: number };
  money: { currency: string; revenue: string; cost: string; margin: string; held: string }[];
  latency: { p50Ms: number | null; p99Ms: number | null };
  lag: { topic: string; partition: number; lag: number; service?: string }[];
  last: LastMessage[];
}

export interface LastMessage {
  messageId: string;
  part: number;
  ratedAt: string | number;
  kind?: string;
  event: string;
  account: string;
  country: string | null;
  recipientPrefix: string | null;
  network: string | null;
  reason?: string | null;
  legs: { side: string; amount: string; currency: string; action: string; payer?: string; payee?: string; supplierId?: string | null }[];
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

export interface MessageView {
  messageId: string;
  explanation: (string | { text: string })[];
  usage?: { event?: string; status?: string; times?: Record<string, unknown> }[];
  rated?: RatedStep[];
}

export interface RatedStep {
  ratedId: string;
  kind: string;
  event: string;
  part?: number;
  status?: string | null;
  reason?: string | null;
  ratedAt: string | number;
  legs: RatedLeg[];
}

export interface RatedLeg {
  legId: string;
  side: string;
  payer: string;
  payee: string;
  action: string;
  amount: string;
  heldAmount?: string;
  heldAmountFreed?: string;
  currency: string;
  reason?: string | null;
  rate?: { cardId: string; version: number; matchedBy?: string } | null;
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
