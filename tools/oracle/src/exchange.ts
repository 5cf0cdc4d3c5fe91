import type { FxRule, FxTerms } from '@ratestream/catalog';
import { Exact, ONE, ZERO, toNinePlaces } from './amount.js';
import { dayOf, daysKnownAt, lastPublished, monthOf } from './fx-days.js';
import type { KnownDay } from './fx-days.js';
import type { OracleCatalog } from './oracle-catalog.js';

/** Which rate converts, and where it is from. */
export interface FxEvidence {
  from: string;
  to: string;
  /** With 12 significant digits, those of a period's average with 18, agreed ones with all. */
  rate: Exact;
  /** null: of an agreed rate or of a whole month. */
  rateDate: string | null;
  source: string;
  rule: FxRule;
  base: string | null;
  fromPerBase: Exact | null;
  toPerBase: Exact | null;
  spreadPercent: Exact | null;
  provisional: boolean;
}

/** A rate as a fraction, so that an amount is rounded once. */
export interface Exchange {
  numerator: Exact;
  denominator: Exact;
  evidence: FxEvidence;
}

export interface ExchangeQuestion {
  from: string;
  to: string;
  terms: FxTerms;
  billingTime: number;
  /** Of the account; of suppliers UTC. */
  timeZone: string;
  /** When it is rated. */
  knownAt: number;
}

export function convert(amount: Exact, { numerator, denominator }: Exchange): Exact {
  return toNinePlaces(amount.times(numerator).dividedBy(denominator));
}

/** The rate of the rule, else provisionally that of the event; null: there is none (docs/pricing-rules.md §5). */
export function exchangeFor(question: ExchangeQuestion, catalog: OracleCatalog): Exchange | null {
  if (question.terms.rule === 'fixed') return fixedRate(question);
  const days = daysKnownAt(catalog.fxRates, question.terms.source, question.knownAt);
  const { terms, billingTime } = question;
  if (terms.rule === 'event') return rateOfDay(question, lastPublished(days, billingTime), false);
  const own = ownRate(question, days);
  return own === 'not_yet' ? rateOfDay(question, lastPublished(days, billingTime), true) : own;
}

function ownRate(question: ExchangeQuestion, days: readonly KnownDay[]): Exchange | 'not_yet' | null {
  const { terms, billingTime, timeZone, knownAt } = question;
  const month = monthOf(billingTime, timeZone);
  if (monthOf(knownAt, timeZone) <= month) return 'not_yet';
  const wanted = dayOf(month, terms.rule === 'invoice' ? 'after' : 'last');
  // Until a day of that date or a later one is known nobody can tell a day without publication from one that is late.
  if (!days.some(({ date }) => date >= wanted)) return 'not_yet';
  if (terms.rule === 'period_average') return averageOf(question, month, days);
  const exact = days.find(({ date }) => date === wanted);
  const before = days.filter(({ date }) => date < wanted).at(-1);
  const after = days.find(({ date }) => date > wanted);
  return rateOfDay(question, exact ?? (terms.fallback === 'previous' ? before : after) ?? null, false);
}

function perBase({ base, rates }: KnownDay, currency: string): Exact | null {
  if (currency === base) return ONE;
  const rate = rates[currency];
  return rate === undefined ? null : new Exact(rate);
}

function rateOfDay(question: ExchangeQuestion, day: KnownDay | null, provisional: boolean): Exchange | null {
  if (day === null) return null;
  const { from, to } = question;
  const fromPerBase = perBase(day, from);
  const toPerBase = perBase(day, to);
  if (fromPerBase === null || toPerBase === null) return null;
  const { date, base } = day;
  return exchange(question, toPerBase, fromPerBase, { rateDate: date, base, fromPerBase, toPerBase, provisional });
}

/** The mean of the cross rates of the month's days. */
function averageOf(question: ExchangeQuestion, month: string, days: readonly KnownDay[]): Exchange | 'not_yet' {
  let sum = ZERO;
  let count = 0;
  for (const day of days.filter(({ date }) => date.startsWith(month))) {
    const fromPerBase = perBase(day, question.from);
    const toPerBase = perBase(day, question.to);
    if (fromPerBase === null || toPerBase === null) continue;
    sum = sum.plus(toPerBase.dividedBy(fromPerBase));
    count++;
  }
  if (count === 0) return 'not_yet';
  const rate = sum.dividedBy(count).times(growth(question.terms)).toSignificantDigits(18, Exact.ROUND_HALF_EVEN);
  const { evidence } = exchange(question, rate, ONE, {});
  return { numerator: rate, denominator: ONE, evidence: { ...evidence, rate } };
}

function fixedRate(question: ExchangeQuestion): Exchange | null {
  const { from, to, terms } = question;
  const direct = terms.fixed[`${from}/${to}`];
  if (direct !== undefined) {
    const rate = new Exact(direct).times(growth(terms));
    return exchange(question, new Exact(direct), ONE, { rate });
  }
  const inverse = terms.fixed[`${to}/${from}`];
  return inverse === undefined ? null : exchange(question, ONE, new Exact(inverse), {});
}

function exchange(
  { from, to, terms }: ExchangeQuestion,
  toSide: Exact,
  fromSide: Exact,
  evidence: Partial<FxEvidence>,
): Exchange {
  const numerator = toSide.times(growth(terms));
  return {
    numerator,
    denominator: fromSide,
    evidence: {
      from,
      to,
      rate: shown(numerator.dividedBy(fromSide)),
      rateDate: null,
      source: terms.source,
      rule: terms.rule,
      base: null,
      fromPerBase: null,
      toPerBase: null,
      spreadPercent: terms.spreadPercent === null ? null : new Exact(terms.spreadPercent),
      provisional: false,
      ...evidence,
    },
  };
}

/** A rate as evidence shows it. */
function shown(rate: Exact): Exact {
  return rate.toSignificantDigits(12, Exact.ROUND_HALF_EVEN);
}

/** What a spread makes of a rate. */
function growth({ spreadPercent }: FxTerms): Exact {
  return spreadPercent === null ? ONE : ONE.plus(new Exact(spreadPercent).dividedBy(100));
}
