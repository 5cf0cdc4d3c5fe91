import { formatMoney, parseMoney } from '@ratestream/money';

/** A row of `lastQuery`: 64-bit integers and decimals as strings. */
export interface LastRow {
  readonly partition: number;
  readonly offset: string;
  readonly message_id: string;
  readonly part: number;
  readonly at: string;
  readonly kind: string;
  readonly event: string;
  readonly account: string;
  readonly country: string;
  readonly recipient_prefix: string;
  readonly mcc: string;
  readonly mnc: string;
  readonly reason: string;
  readonly leg_reason: string;
  readonly side: string;
  readonly amount: string;
  readonly currency: string;
  readonly account_amount: string;
  readonly account_currency: string;
  readonly action: string;
  readonly payer: string;
  readonly payee: string;
  readonly supplier: string;
  readonly held_amount: string;
}

export interface LastLeg {
  readonly side: string;
  readonly action: string;
  readonly amount: string;
  /** In the account’s currency. */
  readonly heldAmount: string;
  readonly currency: string;
  /** What is debited, or owed to the supplier. */
  readonly accountAmount: string;
  readonly accountCurrency: string;
  readonly payer: string;
  readonly payee: string;
  /** Buy legs only. */
  readonly supplierId: string | null;
}

/** One rated event as the live page lists it. */
export interface LastMessage {
  readonly messageId: string;
  readonly part: number;
  /** microseconds UTC */
  readonly ratedAt: number;
  readonly kind: string;
  readonly event: string;
  readonly account: string;
  readonly country: string | null;
  readonly recipientPrefix: string | null;
  /** MCC-MNC */
  readonly network: string | null;
  /** Of the event, else of the first leg that has one. */
  readonly reason: string | null;
  readonly legs: readonly LastLeg[];
}

/**
 * Rows, newest event first and its legs together, as events.
 *
 * In      complete: there are no more rows; otherwise the last event may be cut and is left out
 * Out     at most `count` events
 */
export function lastMessages(rows: readonly LastRow[], count: number, complete: boolean): LastMessage[] {
  const events = [...Map.groupBy(rows, ({ partition, offset }) => `${partition}/${offset}`).values()];
  if (!complete) events.pop();
  return events.slice(0, count).flatMap((legs) => {
    const [first] = legs;
    if (first === undefined) return [];
    return {
      messageId: first.message_id,
      part: first.part,
      ratedAt: Number(first.at),
      kind: first.kind,
      event: first.event,
      account: first.account,
      country: known(first.country),
      recipientPrefix: known(first.recipient_prefix),
      network: first.mcc === '' ? null : `${first.mcc}-${first.mnc}`,
      reason: known(first.reason) ?? known(legs.find((leg) => leg.leg_reason !== '')?.leg_reason ?? ''),
      legs: legs.filter(({ side }) => side !== '').map(legOf),
    };
  });
}

function legOf(row: LastRow): LastLeg {
  return {
    side: row.side,
    action: row.action,
    amount: formatMoney(parseMoney(row.amount)),
    heldAmount: formatMoney(parseMoney(row.held_amount)),
    currency: row.currency,
    accountAmount: formatMoney(parseMoney(row.account_amount)),
    accountCurrency: row.account_currency,
    payer: row.payer,
    payee: row.payee,
    supplierId: row.side === 'buy' ? known(row.supplier) : null,
  };
}

function known(text: string): string | null {
  return text === '' ? null : text;
}
