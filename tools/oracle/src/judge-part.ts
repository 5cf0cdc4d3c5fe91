import { OPERATOR } from '@ratestream/catalog';
import type { ChargeBasis, RateCard, TimeoutPolicy } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { ZERO, fromNano } from './amount.js';
import type { Exact } from './amount.js';
import { byLife, canPrice, sellTime } from './facts.js';
import type { Fact } from './facts.js';
import type { OracleCatalog } from './oracle-catalog.js';
import { buyOutcome, sellOutcome } from './outcome.js';
import type { AttemptFacts, Outcome } from './outcome.js';
import { chooseRate } from './rate-choice.js';
import { legKey } from './verdict.js';
import type { LegName, LegVerdict } from './verdict.js';

export interface PartFacts {
  messageId: string;
  part: number;
  /** In the order of `usage`, duplicates and conflicts left out. */
  facts: Fact[];
}

/** The money of one part of one message, from all that is known of it (domain.md §1, §3, §5, §6). */
export function judgePart(
  { messageId, part, facts }: PartFacts,
  catalog: OracleCatalog,
  timedOut: ReadonlySet<string>,
): LegVerdict[] {
  const events = facts.filter(({ direction, event }) => direction === 'mt' && !NO_MONEY.has(event));
  const life = [...events].sort(byLife);
  const subject = life.find(canPrice);
  if (subject === undefined) return [];
  const attempts = attemptsOf(events);
  const name = { messageId, part };
  return [
    ...sellLegs(name, subject, life, attempts, catalog, timedOut),
    ...buyLegs(name, subject, attempts, catalog, timedOut),
  ];
}

/** Recorded, and charged only where a rate says so; no rate of this version of the model does. */
const NO_MONEY: ReadonlySet<string> = new Set(['blocked', 'converted', 'lookup']);

function attemptsOf(events: readonly Fact[]): AttemptFacts[] {
  const byNumber = new Map<number, Fact[]>();
  for (const fact of events) {
    if (fact.event === 'accepted') continue;
    byNumber.set(fact.attempt, [...(byNumber.get(fact.attempt) ?? []), fact]);
  }
  return [...byNumber].sort(([a], [b]) => a - b).map(([number, facts]) => ({ number, facts }));
}

type PartName = Pick<LegName, 'messageId' | 'part'>;

function sellLegs(
  name: PartName,
  subject: Fact,
  life: readonly Fact[],
  attempts: AttemptFacts[],
  catalog: OracleCatalog,
  timedOut: ReadonlySet<string>,
): LegVerdict[] {
  const withTime = life.find(({ scheduled, accepted }) => scheduled !== null || accepted !== null) ?? subject;
  const billingTime = sellTime(withTime);
  return subject.chain.map((payer, index) => {
    const payee = subject.chain[index + 1] ?? OPERATOR;
    const leg = { ...name, side: 'sell' as const, attempt: 0, payer, payee, billingTime };
    const plan = catalog.plans.get(catalog.accounts.get(payer)?.planId ?? '');
    if (plan === undefined) return unrated(leg, 'no_plan');
    const binding =
      plan.bindings.find((b) => b.trafficClass === subject.trafficClass) ??
      plan.bindings.find((b) => b.trafficClass === null);
    const card = catalog.cards.get(binding?.cardId ?? '');
    if (card === undefined) return unrated(leg, 'no_card');
    return judgeLeg(
      { leg, subject, card, terms: plan, outcome: (basis) => sellOutcome(basis, attempts) },
      catalog,
      timedOut,
    );
  });
}

function buyLegs(
  name: PartName,
  subject: Fact,
  attempts: AttemptFacts[],
  catalog: OracleCatalog,
  timedOut: ReadonlySet<string>,
): LegVerdict[] {
  const legs: LegVerdict[] = [];
  for (const attempt of attempts) {
    const ordered = [...attempt.facts].sort(byLife);
    const connection = catalog.connections.get(ordered.find((fact) => fact.connection !== null)?.connection ?? '');
    const supplierId = ordered.find(({ supplier }) => supplier !== null)?.supplier ?? connection?.supplierId;
    if (supplierId === undefined) continue;
    const submitted = ordered.find((fact) => fact.submitted !== null)?.submitted;
    const billingTime = submitted ?? sellTime(ordered.find((fact) => fact.accepted !== null) ?? subject);
    const leg = {
      ...name,
      side: 'buy' as const,
      attempt: attempt.number,
      payer: OPERATOR,
      payee: supplierId,
      billingTime,
    };
    const card = catalog.cards.get(connection?.buyCardId ?? catalog.suppliers.get(supplierId)?.buyCardId ?? '');
    if (card === undefined) legs.push(unrated(leg, 'no_card'));
    else
      legs.push(
        judgeLeg(
          { leg, subject, card, terms: card, outcome: (basis) => buyOutcome(basis, attempt) },
          catalog,
          timedOut,
        ),
      );
  }
  return legs;
}

interface Terms {
  basis: ChargeBasis;
  timeoutSec: number;
  timeoutPolicy: TimeoutPolicy | null;
}

interface LegQuestion {
  leg: LegName & { billingTime: number };
  subject: Fact;
  card: RateCard;
  terms: Terms;
  outcome: (basis: ChargeBasis) => Outcome;
}

function judgeLeg(
  { leg, subject, card, terms, outcome }: LegQuestion,
  catalog: OracleCatalog,
  timedOut: ReadonlySet<string>,
): LegVerdict {
  const choice = chooseRate(card, catalog.versions.get(card.id) ?? [], subject, leg.billingTime);
  if ('reason' in choice) return unrated(leg, choice.reason);
  const { rate, version, matchedBy } = choice;
  const { basis, timeoutSec, timeoutPolicy } = termsOf(rate, terms, card, subject);
  const quantity = quantityOf(card, rate, subject, leg.part);
  const amount = fromNano(rate.price).times(quantity);
  const known = outcome(basis);
  const late = known === 'open' && timedOut.has(legKey(leg));
  const state = late ? (timeoutPolicy === 'settle' ? 'settled' : 'released') : known === 'open' ? 'held' : known;
  return {
    ...leg,
    state,
    timeoutSec,
    currency: card.currency,
    reason: null,
    settled: state === 'settled' ? amount : ZERO,
    held: state === 'held' ? amount : ZERO,
    why: `${card.id} v${version.version} ${matchedBy} (${rate.rateId}): ${fromNano(rate.price).toFixed()} × ${quantity}, ${basis}: ${known}${late ? `, timed out: ${state}` : ''}`,
  };
}

/** The plan's terms on the sell side, the card's on the buy side; a value on the rate wins; no receipts, no waiting for them. */
function termsOf(rate: RateRow, terms: Terms, card: RateCard, subject: Fact): Terms & { timeoutPolicy: TimeoutPolicy } {
  const wanted = (rate.basis as ChargeBasis | null) ?? terms.basis;
  const needsReceipt = wanted === 'delivered' || wanted === 'final_not_rejected';
  const basis =
    needsReceipt && subject.country !== null && card.noReceiptCountries.includes(subject.country) ? 'submit' : wanted;
  const policy = (rate.timeoutPolicy as TimeoutPolicy | null) ?? terms.timeoutPolicy;
  return {
    basis,
    timeoutSec: rate.timeoutSec ?? terms.timeoutSec,
    timeoutPolicy: policy ?? (basis === 'final_not_rejected' ? 'settle' : 'release'),
  };
}

/** Per-message prices attach to part 1; the others cost nothing by them. */
function quantityOf(card: RateCard, rate: RateRow, { parts }: Fact, part: number): number {
  if (rate.unit === 'message' || card.partRule === 'perMessage') return part === 1 ? 1 : 0;
  const { reported, computed8, computed16 } = parts;
  if (card.partRule === 'computed8') return computed8 ?? reported ?? 1;
  if (card.partRule === 'computed16') return computed16 ?? computed8 ?? reported ?? 1;
  return reported ?? computed8 ?? 1;
}

function unrated(leg: LegName & { billingTime: number }, reason: string): LegVerdict {
  const nothing: Exact = ZERO;
  return {
    ...leg,
    state: 'unrated',
    settled: nothing,
    held: nothing,
    currency: '',
    reason,
    timeoutSec: 0,
    why: reason,
  };
}
