import { sellTime, type Fact } from './facts.js';
import { judgeLeg } from './judge-leg.js';
import type { LegQuestion } from './judge-leg.js';
import type { Priced } from './leg-price.js';
import { legQuestions } from './leg-questions.js';
import type { OracleCatalog } from './oracle-catalog.js';
import { legKey } from './verdict.js';
import type { LegVerdict } from './verdict.js';

export interface PartFacts {
  messageId: string;
  part: number;
  /** In the order of `usage`, duplicates and conflicts left out. */
  facts: Fact[];
}

/** When a message was rated, or what it lacked was asked for again: prices count that were known then. */
export interface Moment {
  ratedAt: number;
  /** Facts up to this place in the order of `usage` were there. */
  order: number;
}

/**
 * The money of all parts of one message, from all that is known of them (domain.md §1, §3, §5, §6): a function of the
 * set of facts. Only where it was rated at different times does their order count, since a price once fixed stays.
 */
export function judgeMessage(
  parts: readonly PartFacts[],
  moments: readonly Moment[],
  catalog: OracleCatalog,
  timedOut: ReadonlySet<string>,
): LegVerdict[] {
  const oneTime = new Set(moments.map(({ ratedAt }) => ratedAt)).size === 1;
  const past = oneTime ? new Map<string, LegPast>() : pastOf(parts, moments, catalog, timedOut);
  const oneSubject = haveOneSubject(parts.flatMap(({ facts }) => facts));
  return legQuestions(parts, moments.at(-1)?.ratedAt ?? 0, catalog).map((question) => {
    if ('state' in question) return question;
    const before = past.get(legKey(question.leg));
    const { priced: _, late: __, ...verdict } = judgeLeg(question, catalog, timedOut, before?.fixed ?? null);
    return {
      ...verdict,
      fixedOnce: oneSubject,
      correctedLater: !oneTime && !oneSubject,
      reasons: before?.reasons ?? verdict.reasons,
    };
  });
}

interface LegPast {
  /** The price that it had when money first was due. */
  fixed: Priced | null;
  /** What that was asked with; an earlier record of the life that asks otherwise corrects it. */
  askedWith: string;
  billingTime: number;
  reasons: string[];
}

/** Judges at each moment, by what was known then. */
function pastOf(
  parts: readonly PartFacts[],
  moments: readonly Moment[],
  catalog: OracleCatalog,
  timedOut: ReadonlySet<string>,
): Map<string, LegPast> {
  const past = new Map<string, LegPast>();
  for (const { ratedAt, order } of moments) {
    const known = parts
      .map((part) => ({ ...part, facts: part.facts.filter((fact) => fact.order <= order) }))
      .filter(({ facts }) => facts.length > 0);
    for (const question of legQuestions(known, ratedAt, catalog)) {
      if ('state' in question) continue;
      const key = legKey(question.leg);
      const askedWith = JSON.stringify(essence(question));
      const before = past.get(key);
      if (before !== undefined && before.fixed !== null && before.askedWith === askedWith) continue;
      const { priced, state, reason, late } = judgeLeg(question, catalog, timedOut);
      const reasons = [...(before?.reasons ?? []), ...(reason === null ? [] : [reason])];
      // A leg that was once due is corrected even while it is not.
      const isDue = state !== 'released' || late || (before !== undefined && before.fixed !== null);
      const sameTime = before?.billingTime === question.leg.billingTime;
      const fixed = isDue && priced !== null ? keep(sameTime ? before.fixed : null, priced) : null;
      past.set(key, { fixed, askedWith, billingTime: question.leg.billingTime, reasons });
    }
  }
  return past;
}

/** A record that changes no money leaves the price as it was, with what was known then. */
function keep(fixed: Priced | null, now: Priced): Priced {
  const whatItIs = ({ price: { reporting: _, fx: __, ...money } }: Priced): string => JSON.stringify(money);
  return fixed !== null && whatItIs(fixed) === whatItIs(now) ? fixed : now;
}

/** What a price depends on, but for when it is asked. */
function essence({ asked: { key, parts, billingTime, cards, plan } }: LegQuestion): unknown {
  return [key, parts, billingTime, cards.map(({ id }) => id), plan];
}

/** Every step of the life says the same of the message, so that no step corrects what another priced. */
function haveOneSubject(facts: readonly Fact[]): boolean {
  const subjects = facts.map((fact) => {
    const { network, senderType, originCountry, routeGrade, parts, scheduled, accepted } = fact;
    // Without an acceptance the message is billed at its earliest submission, which the next record may move.
    return JSON.stringify([network, senderType, originCountry, routeGrade, parts, scheduled, accepted, sellTime(fact)]);
  });
  const attempts = facts.map(({ attempt, submitted, supplier, connection }) =>
    JSON.stringify([attempt, submitted, supplier, connection]),
  );
  const numbers = facts.map(({ attempt }) => attempt);
  return new Set(subjects).size === 1 && new Set(attempts).size === new Set(numbers).size;
}
