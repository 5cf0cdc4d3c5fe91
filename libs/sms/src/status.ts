/** Events that a status report can stand for. */
export type ReceiptEvent =
  'submitted' | 'submit_rejected' | 'delivered' | 'undelivered' | 'expired' | 'rejected' | 'deleted' | 'unknown';

export interface ReceiptStatus {
  readonly event: ReceiptEvent;
  /** As events carry it: the event's own name, or the finer state that `unknown` stands for. */
  readonly status: string;
}

const of = (event: ReceiptEvent, status: string = event): ReceiptStatus => ({ event, status });

/** Statuses as receipts spell them, upper case. Source: SMPP 3.4 appendix B and table 5-6, and what gateways make of it. */
const BY_STAT: ReadonlyMap<string, ReceiptStatus> = new Map([
  ...['DELIVRD', 'DELIVERED', 'DELIVERD', 'DLVRD', 'DELIVER', 'SUCCESS'].map((s) => [s, of('delivered')] as const),
  ...['UNDELIV', 'UNDELIVERED', 'UNDELIVERABLE', 'UNDELIVRD', 'UNDELIVERD', 'FAILED', 'FAIL', 'NOTDELIV'].map(
    (s) => [s, of('undelivered')] as const,
  ),
  ...['EXPIRED', 'EXPIRD', 'EXPIERD'].map((s) => [s, of('expired')] as const),
  ...['REJECTD', 'REJECTED', 'REJECT', 'REJECTED BY SMSC', 'BLOCKED', 'SKIPPED'].map(
    (s) => [s, of('rejected')] as const,
  ),
  ...['DELETED', 'DELETD', 'CANCELLED', 'CANCELED'].map((s) => [s, of('deleted')] as const),
  ...['ENROUTE', 'EN_ROUTE', 'ENROUT', 'SENT', 'PENDING'].map((s) => [s, of('unknown', 'enroute')] as const),
  ...['BUFFERED', 'BUFFERD', 'BUFFRED', 'BUFFER'].map((s) => [s, of('unknown', 'buffered')] as const),
  ...['ACCEPTD', 'ACCEPTED'].map((s) => [s, of('unknown', 'accepted_by_smsc')] as const),
  ...['SCHEDULED', 'SCHEDLD'].map((s) => [s, of('unknown', 'scheduled')] as const),
  ...['UNKNOWN', 'UNKNOWM', 'UNKNOWN STATE'].map((s) => [s, of('unknown')] as const),
]);

/** SMPP message_state of 5.2.28 */
const BY_STATE: readonly ReceiptStatus[] = [
  of('unknown', 'scheduled'),
  of('unknown', 'enroute'),
  of('delivered'),
  of('expired'),
  of('deleted'),
  of('undelivered'),
  of('unknown', 'accepted_by_smsc'),
  of('unknown'),
  of('rejected'),
  of('rejected'),
];

/** Kannel's bits of a receipt. Source: Kannel user guide, "DLR types". */
const BY_MASK: ReadonlyMap<number, ReceiptStatus> = new Map([
  [1, of('delivered')],
  [2, of('undelivered')],
  [4, of('unknown', 'buffered')],
  [8, of('submitted')],
  [16, of('submit_rejected')],
]);

const UNKNOWN = of('unknown');

/**
 * What the `stat` of a receipt means.
 *
 * In      a word of any case, or an SMPP message_state 0…9
 * Out     the event and status; a word nobody knows is `unknown`, never a guess. `SENT`, `ACCEPTD` and `BUFFERED` are
 *         not terminal, so they are `unknown` too, with the finer status beside.
 * Example statusOfStat('DELIVRD') → delivered; statusOfStat('5') → undelivered
 */
export function statusOfStat(stat: string): ReceiptStatus {
  const word = BY_STAT.get(stat) ?? BY_STAT.get(stat.trim().toUpperCase());
  if (word !== undefined) return word;
  return /^\d$/.test(stat) ? (BY_STATE[Number(stat)] as ReceiptStatus) : UNKNOWN;
}

/** What a Kannel receipt of this type means; null when it is none of 1, 2, 4, 8, 16. */
export function statusOfMask(mask: number): ReceiptStatus | null {
  return BY_MASK.get(mask) ?? null;
}

/** Terminal for its attempt: the first of these is kept (domain.md §1). */
export function isTerminal(event: string): boolean {
  return (
    event === 'delivered' ||
    event === 'undelivered' ||
    event === 'expired' ||
    event === 'rejected' ||
    event === 'deleted'
  );
}
