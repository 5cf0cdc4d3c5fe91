import type { Fx, Leg, RatedEvent } from '@ratestream/events';
import { formatMoney } from '@ratestream/money';
import { accountAmountOf } from './leg-currency.js';
import { dueAmount } from './leg-steps.js';

/** What an explanation may name besides the event; everything it says can be said without. */
export interface ExplainNames {
  account?(id: string): string | undefined;
  card?(id: string): string | undefined;
  plan?(id: string): string | undefined;
  supplier?(id: string): string | undefined;
  /** When a version of a card came into force, microseconds. */
  effectiveFrom?(cardId: string, version: number): number | undefined;
}

/** Why a leg has no price or was taken back, in words. */
export const REASONS: Readonly<Record<string, string>> = {
  no_rate: 'the card has no rate for this destination and class',
  no_version: 'the card has no version in force at the billing time',
  no_plan: 'the account has no plan',
  no_card_for_class: 'the plan names no card for this traffic class',
  unknown_account: 'the account is not in the catalog',
  supplier_unknown: 'no supplier is known for the attempt',
  no_buy_card: 'neither the connection nor the supplier names a buy card',
  origin_unknown:
    'the card prices this destination by the country of origin, which is not known, and has no rate for unknown origins',
  no_fx_rate: 'no exchange rate leads from the currency of the card to that of the account',
  amount_too_large: 'by its exchange rate the amount would be more than any account can hold',
  too_old:
    'the message is older than the 45 days within which duplicates are recognised; it is charged by a re-rating run only',
  direction_not_priced: 'this direction is not priced',
  not_due: 'its basis did not come true',
  timeout: 'no receipt came in time',
  repriced: 'an earlier record of the message changed what its price stands on',
};

const EVENTS: Readonly<Record<string, string>> = {
  awaiting_message: 'It names no message that could be priced; it is kept and applied when the message comes.',
  status_conflict:
    'It contradicts the final status that came first. The sale keeps the first; the purchase follows a delivery.',
  other_content_under_same_identity:
    'A record with the same identity and other content was rated before. Nothing is charged for this one.',
  catalog_changed: 'The catalog changed so that what could not be priced before now can.',
  timeout: 'Every stream has passed the deadline and no receipt came.',
  message_complete: 'With this part the whole message is known.',
};

/**
 * Tells a billing clerk what an event did and why, from the event alone.
 *
 * In       why: what else is to be said of a leg, after what the event says
 * Out      one sentence a line, money with its currency, times in UTC
 * Example  'Customer pays Reseller 0.1 EUR: 2 parts × 0.05 EUR by card Retail, version 2 in force since …, rate r-1, matched by class otp, network.'
 */
export function explain(
  event: RatedEvent,
  names: ExplainNames = {},
  why: (leg: Leg) => readonly string[] = () => [],
): string[] {
  const lines = [headline(event)];
  const reason = event.reason === null ? undefined : EVENTS[event.reason];
  if (reason !== undefined) lines.push(reason);
  if (event.correctsRatedId !== null) lines.push(`This corrects event ${event.correctsRatedId}.`);
  if (event.timeEstimated) lines.push('The gateway gave no time; the time of ingestion stands in.');
  if (event.parts.assumed) lines.push('The number of parts could not be known; one is assumed.');
  for (const leg of event.legs) lines.push(...explainLeg(leg, names), ...why(leg));
  if (event.legs.length === 0 && event.kind === 'noted') lines.push('No money moves.');
  return lines;
}

function headline(event: RatedEvent): string {
  const attempt = event.identity === null || event.identity.attempt === 0 ? '' : `, attempt ${event.identity.attempt}`;
  const part = event.udh === null ? '' : `, part ${event.part} of ${event.udh.total}`;
  const to = event.recipientPrefix === null ? '' : ` to ${event.recipientPrefix}…`;
  const country = event.country === null ? '' : ` (${event.country})`;
  return `${event.event}${attempt}${part}: message${to}${country}, class ${event.trafficClass}, priced with the catalog at position ${event.catalogPosition}.`;
}

/** The steps of one leg; see `explain`. */
export function explainLeg(leg: Leg, names: ExplainNames = {}): string[] {
  const payer = names.account?.(leg.payer) ?? leg.payer;
  const payee =
    (leg.side === 'buy' ? names.supplier?.(leg.payee) : names.account?.(leg.payee)) ??
    (leg.payee === '' ? 'an unknown supplier' : leg.payee);
  const why = leg.reason === null ? '' : ` because ${REASONS[leg.reason] ?? leg.reason}`;
  if (leg.action === 'unrated') {
    const asked = leg.rate === null ? '' : ` Card ${names.card?.(leg.rate.cardId) ?? leg.rate.cardId} was asked.`;
    return [`What ${payer} owes ${payee} is not priced${why}.${asked} It is never taken as zero.`];
  }
  const money = (amount: bigint) => `${formatMoney(amount)} ${leg.currency}`;
  const paid = (amount: bigint) => `${formatMoney(amount)} ${leg.accountCurrency}`;
  const lines = [
    `${verb(leg, payer, payee, paid)}${why}.`,
    ...calculation(leg, names, money),
    ...conversions(leg, money),
    choice(leg, names),
  ];
  const counted = leg.counters.map(
    ({ id, before, after }) => `Counter ${id}: ${formatMoney(before)} → ${formatMoney(after)}.`,
  );
  return [...lines, ...counted];
}

function verb(leg: Leg, payer: string, payee: string, money: (amount: bigint) => string): string {
  switch (leg.action) {
    case 'hold':
      return `${money(leg.heldAmount)} of ${payer} is held for ${payee} until the outcome is known (basis ${leg.basis}${leg.deadline === null ? '' : `, until ${iso(leg.deadline)} at the latest`})`;
    case 'settle':
      return `${payer} pays ${payee} ${money(leg.accountAmount)} (basis ${leg.basis})${leg.heldAmountFreed === 0n ? '' : `; ${money(leg.heldAmountFreed)} held is freed`}`;
    case 'release':
      return `${money(leg.heldAmountFreed)} held of ${payer} is freed, nothing is paid to ${payee}`;
    default:
      return `${payee} gives ${money(-leg.accountAmount)} back to ${payer}`;
  }
}

function calculation(leg: Leg, { plan }: ExplainNames, money: (amount: bigint) => string): string[] {
  const lines = leg.components.map(
    ({ kind, name, quantity, unitPrice, amount, rateId }) =>
      `${kind === 'surcharge' ? `Surcharge ${name} (${rateId ?? ''})` : name}: ${quantity} × ${money(unitPrice)} = ${money(amount)}.`,
  );
  if (leg.components.length > 1) lines.push(`Together ${money(dueAmount(leg))}.`);
  if (leg.plan !== null)
    lines.push(`Terms of plan ${plan?.(leg.plan.id) ?? leg.plan.id}, version ${leg.plan.version}.`);
  return lines;
}

/** Each conversion with its day, source, rule and figures. */
function conversions(leg: Leg, money: (amount: bigint) => string): string[] {
  const lines: string[] = [];
  const due = dueAmount(leg);
  if (leg.fx !== null)
    lines.push(
      `${money(due)} are ${formatMoney(accountAmountOf(leg, due))} ${leg.accountCurrency}${rateText(leg.fx)}.`,
    );
  if (leg.reporting !== null && leg.amount !== 0n) {
    const { amount, currency, fx } = leg.reporting;
    lines.push(`For reports ${money(leg.amount)} are ${formatMoney(amount)} ${currency}${rateText(fx)}.`);
  }
  return lines;
}

function rateText({ from, to, rate, rateDate, source, rule, base, fromPerBase, toPerBase, spreadPercent, provisional }: Fx): string {
  const day = rateDate === '' ? '' : ` of ${rateDate}`;
  const published = base === null || fromPerBase === null || toPerBase === null ? '' : ` (${[[from, fromPerBase], [to, toPerBase]].filter(([currency]) => currency !== base).map(([currency, figure]) => `${figure ?? ''} ${currency ?? ''}`).join(' and ')} for one ${base})`;
  const spread = spreadPercent === null ? '' : `, ${spreadPercent} % of spread included`;
  const open = provisional ? '; provisional, since the rate of that rule does not exist yet' : '';
  return ` at ${rate} ${to} for one ${from}: ${source}${day}, rule ${rule}${published}${spread}${open}`;
} // prettier-ignore

function choice(leg: Leg, { card, effectiveFrom }: ExplainNames): string {
  if (leg.rate === null) return `Billed at ${iso(leg.billingTime)}.`;
  const since = effectiveFrom?.(leg.rate.cardId, leg.rate.version);
  const force = since === undefined ? '' : `, in force since ${iso(since)}`;
  return `Card ${card?.(leg.rate.cardId) ?? leg.rate.cardId}, version ${leg.rate.version}${force}, rate ${leg.rate.rateId}, matched by ${leg.rate.matchedBy}; billed at ${iso(leg.billingTime)}.`;
}

/** Microseconds UTC as ISO 8601, with the microseconds only where there are some. */
export function iso(micros: number): string {
  const text = new Date(Math.floor(micros / 1000)).toISOString();
  const rest = micros % 1000;
  return rest === 0 ? text : `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}
