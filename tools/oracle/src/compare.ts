import { ZERO } from './amount.js';
import { compareFx, comparePrice, compareReporting } from './compare-price.js';
import type { Oracle, OracleResult } from './oracle.js';
import type { RatedFold, RatedLeg, TimerOutcome } from './rated-fold.js';
import type { LegVerdict } from './verdict.js';

export interface Difference {
  key: string;
  what:
    | 'missing'
    | 'unexpected'
    | 'settled'
    | 'account'
    | 'held'
    | 'reported'
    | 'unrated'
    | 'currency'
    | 'price'
    | 'evidence'
    | 'early_timeout';
  expected: LegVerdict | null;
  rated: RatedLeg | null;
  text: string;
}

/** Every leg on either side, to the nano-unit. An empty list is the only good answer. */
export function compare(oracle: OracleResult, rated: RatedFold): Difference[] {
  const differences: Difference[] = [];
  for (const [key, expected] of oracle.legs) {
    const actual = rated.legs.get(key) ?? null;
    const difference = compareLeg(expected, actual);
    if (difference !== null) differences.push({ key, expected, rated: actual, ...difference });
  }
  for (const [key, actual] of rated.legs) {
    if (oracle.legs.has(key) || (actual.settled.isZero() && actual.held.isZero())) continue;
    differences.push({
      key,
      what: 'unexpected',
      expected: null,
      rated: actual,
      text: `rated has ${actual.settled.toFixed()} settled, ${actual.held.toFixed()} held`,
    });
  }
  for (const timer of rated.timers) {
    const expected = oracle.legs.get(timer.key);
    // What a corrected price let time out was due by the terms that it had then.
    if (expected?.fixedOnce !== true) continue;
    const text = earlyTimeout(expected, timer);
    if (text !== null)
      differences.push({
        key: timer.key,
        what: 'early_timeout',
        expected,
        rated: rated.legs.get(timer.key) ?? null,
        text,
      });
  }
  return differences;
}

/** A leg may time out when its deadline is not before its terms allow, and only after it. */
function earlyTimeout({ billingTime, timeoutSec }: LegVerdict, { deadline, ratedAt }: TimerOutcome): string | null {
  const earliest = billingTime + timeoutSec * 1_000_000;
  if (deadline === null) return 'timed out without a deadline';
  if (deadline < earliest) return `deadline ${deadline} is before ${billingTime} + ${timeoutSec} s`;
  return ratedAt < deadline ? `timed out at ${ratedAt}, before its deadline ${deadline}` : null;
}

function compareLeg(expected: LegVerdict, actual: RatedLeg | null): Pick<Difference, 'what' | 'text'> | null {
  if (actual === null) {
    // A leg that was never held and never settled leaves no trace, and needs none.
    return !expected.due ? null : { what: 'missing', text: `no leg in rated; must be ${expected.state}` };
  }
  if (!expected.settled.equals(actual.settled))
    return { what: 'settled', text: `settled ${actual.settled.toFixed()}, must be ${expected.settled.toFixed()}` };
  if (!expected.held.equals(actual.held))
    return { what: 'held', text: `held ${actual.held.toFixed()}, must be ${expected.held.toFixed()}` };
  if (!expected.accountSettled.equals(actual.accountSettled))
    return {
      what: 'account',
      text: `${actual.accountSettled.toFixed()} to the account, must be ${expected.accountSettled.toFixed()}`,
    };
  if (expected.due && (expected.state === 'unrated') !== (actual.unrated !== null))
    return { what: 'unrated', text: `unrated ${String(actual.unrated)}, must be ${String(expected.reason)}` };
  if (expected.due && expected.state === 'unrated' && !expected.reasons.includes(actual.unrated ?? ''))
    return { what: 'unrated', text: `unrated ${String(actual.unrated)}, must be ${String(expected.reason)}` };
  if (expected.due && expected.state !== 'unrated' && expected.currency !== actual.currency)
    return { what: 'currency', text: `in ${actual.currency}, must be in ${expected.currency}` };
  return expected.due ? comparePriced(expected, actual) : null;
}

/** Where its amount is from. */
function comparePriced(expected: LegVerdict, actual: RatedLeg): Pick<Difference, 'what' | 'text'> | null {
  if (expected.price === null || actual.priced === null) return null;
  if (quarterOf(expected.billingTime) !== quarterOf(actual.priced.billingTime))
    return { what: 'price', text: `billed at ${actual.priced.billingTime}, must be ${expected.billingTime}` };
  // What changes no money, and an earlier moment of the same quarter of an hour at the same price, is no correction.
  const mayBeOlder = expected.correctedLater || expected.billingTime !== actual.priced.billingTime;
  const text =
    comparePrice(expected.price, actual.priced) ?? (mayBeOlder ? null : compareFx(expected.price, actual.priced));
  if (text !== null) return { what: 'price', text };
  if (mayBeOlder) return null;
  const { reporting } = expected.price;
  const reportingText = compareReporting(reporting, actual.priced);
  if (reportingText !== null) return { what: 'reported', text: reportingText };
  const reported = expected.state === 'settled' ? (reporting?.amount ?? ZERO) : ZERO;
  if (!reported.equals(actual.reported))
    return { what: 'reported', text: `reported ${actual.reported.toFixed()}, must be ${reported.toFixed()}` };
  return expected.fixedOnce && actual.changed !== null
    ? { what: 'evidence', text: `its price changed although nothing corrected it: ${actual.changed}` }
    : null;
}

/** Days of every time zone begin at a quarter of an hour. */
function quarterOf(at: number): number {
  return Math.floor(at / 900_000_000);
}

/** All that a person needs to see who is right: the facts, the steps in `rated`, and the oracle's reasoning. */
export function explainDifference(difference: Difference, oracle: Oracle): string {
  const name = difference.expected ?? difference.rated;
  const parts = name === null ? [] : oracle.partsOf(name.messageId);
  const lines = [`${difference.key}: ${difference.text}`];
  lines.push(
    `  must be: ${difference.expected === null ? 'no such leg' : `${difference.expected.state}, billed at ${difference.expected.billingTime}, ${difference.expected.why}`}`,
  );
  lines.push(`  rated:   ${difference.rated?.steps.join(' → ') ?? 'no such leg'}`);
  for (const { part, facts } of parts) {
    for (const fact of facts) {
      const times = [fact.accepted, fact.submitted, fact.done].map(isoTime).join(' / ');
      lines.push(
        `  part ${part}/${fact.total}: ${fact.event} attempt ${fact.attempt} ${fact.supplier ?? ''} accepted/submitted/done ${times} ` +
          `class ${fact.trafficClass} to ${fact.recipient ?? '–'} ${fact.country ?? '–'} from ${fact.originCountry ?? '–'} ` +
          `sender ${fact.senderType ?? '–'} grade ${fact.routeGrade ?? '–'} network ${JSON.stringify(fact.network)}`,
      );
    }
  }
  return lines.join('\n');
}

function isoTime(at: number | null): string {
  return at === null ? '–' : new Date(at / 1000).toISOString();
}
