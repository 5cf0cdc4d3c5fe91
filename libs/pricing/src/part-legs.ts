import type { Leg } from '@ratestream/events';
import { buyBillingTime, sellBillingTime } from './billing-time.js';
import { stepsOf } from './leg-steps.js';
import { ID_HORIZON, type Pricing, type RatingMemory } from './memory.js';
import { buyOutcome, sellOutcome, wasSubmitted, type AttemptFacts, type Outcome } from './outcome.js';
import { sameLeg, type PartState } from './part-state.js';
import { priceBuyLeg, priceSellLeg, type LegPlace, type Never } from './price-leg.js';
import { pricedAlike } from './priced-alike.js';

/** The steps of every leg of a part, sell legs up the chain first, then one buy leg per submitted attempt. */
export function legSteps(
  after: PartState,
  before: PartState | undefined,
  memory: RatingMemory,
  pricing: Pricing,
): Leg[] {
  const { last: subject, attempts } = after;
  const sellAt = sellBillingTime(subject, attempts);
  const never = whyNever(after, sellAt, memory);
  const moved = before !== undefined && before.priced && before !== after;
  const alike = moved && pricedAlike(before.last, subject);
  const sellStands =
    alike &&
    before.last.openingRouteGrade === subject.openingRouteGrade &&
    sellBillingTime(before.last, before.attempts) === sellAt;
  const sellMoved = moved && !sellStands;
  const steps: Leg[] = [];
  for (const terms of pricing.terms.sell(subject.account as string, subject.trafficClass, subject.country)) {
    const place: LegPlace = {
      messageId: subject.messageId,
      part: subject.part,
      side: 'sell',
      level: terms.level,
      attempt: 0,
      billingTime: sellAt,
    };
    const outcome = (leg: Pick<Leg, 'basis' | 'unit'>) => outcomeOfSell(leg, after, memory);
    const price = () => priceSellLeg(pricing, subject, place, terms, never);
    steps.push(
      ...stepsOf(
        after.legs.find((leg) => sameLeg(leg, place)),
        { outcome, price, inputsChanged: sellMoved },
      ),
    );
  }
  for (const attempt of attempts) {
    steps.push(...buySteps(attempt, after, moved ? { alike, before } : null, never, pricing));
  }
  return steps;
}

function buySteps(
  attempt: AttemptFacts,
  after: PartState,
  moved: { alike: boolean; before: PartState } | null,
  never: Never | null,
  pricing: Pricing,
): Leg[] {
  const { last: subject } = after;
  const billingTime = buyBillingTime(subject, attempt);
  const place: LegPlace = {
    messageId: subject.messageId,
    part: subject.part,
    side: 'buy',
    level: 0,
    attempt: attempt.attempt,
    billingTime,
  };
  const current = after.legs.find((leg) => sameLeg(leg, place));
  if (current === undefined && !wasSubmitted(attempt)) return [];
  const terms = pricing.terms.buy(attempt.supplier, attempt.connection);
  const earlier = moved?.before.attempts.find((one) => one.attempt === attempt.attempt);
  const stands =
    moved === null ||
    earlier === undefined ||
    (moved.alike &&
      earlier.supplier === attempt.supplier &&
      earlier.connection === attempt.connection &&
      (terms.routeGrade !== null || earlier.routeGrade === attempt.routeGrade) &&
      buyBillingTime(moved.before.last, earlier) === billingTime);
  const price = () => priceBuyLeg(pricing, subject, place, terms, attempt.routeGrade, never);
  return stepsOf(current, { outcome: (leg) => buyOutcome(leg.basis, attempt), price, inputsChanged: !stands });
}

/** What keeps a whole message from ever being priced by itself. */
function whyNever({ last: subject, legs }: PartState, billingTime: number, memory: RatingMemory): Never | null {
  if (subject.direction !== 'mt') return 'direction_not_priced';
  if (subject.rawAppendedAt - billingTime > ID_HORIZON) return 'too_old';
  // Read again after its ids were dropped, it looks new; only a leg that is priced already tells that it is no repetition.
  return billingTime < memory.idsFrom && legs.every(({ action }) => action === 'unrated') ? 'too_old' : null;
}

/** A per-message leg of a concatenated message hangs on part 1 and is due when every part is. */
function outcomeOfSell({ basis, unit }: Pick<Leg, 'basis' | 'unit'>, state: PartState, memory: RatingMemory): Outcome {
  const own = sellOutcome(basis, state.attempts, state.blocked);
  const { udh, part, messageId } = state.last;
  if (unit === 'part' || part !== 1 || udh === null || udh.total === 1 || basis === 'accept') return own;
  let all: Outcome = own;
  for (let other = 2; other <= udh.total && all !== 'release'; other++) {
    const sibling = memory.part(messageId, other);
    const outcome = sibling === undefined ? 'open' : sellOutcome(basis, sibling.attempts, sibling.blocked);
    if (outcome !== 'settle') all = outcome;
  }
  return all;
}
