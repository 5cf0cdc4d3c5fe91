import { DEFAULT_FX, PLAIN_CARD, PLAIN_RATE } from '@ratestream/catalog';
import type { FxTerms, RateCard } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { convert, derivedPrice, emptyCatalog, exchangeFor, Exact } from '../src/index.js';
import { chooseRow } from '../src/rate-choice.js';
import { versionAt } from '../src/version-choice.js';
import type { MatchKey } from '../src/facts.js';

/** The oracle itself against cases that a person worked out from docs/pricing-rules.md. */

const card: RateCard = {
  id: 'c', name: 'c', side: 'sell', service: 'sms', currency: 'EUR', partRule: 'reported', networkEvidence: ['reported'],
  basis: 'submit', timeoutSec: 60, timeoutPolicy: null, noReceiptCountries: [], ...PLAIN_CARD,
}; // prettier-ignore

const message: MatchKey = {
  trafficClass: 'otp', senderType: null, originCountry: null, routeGrade: null, recipient: '+4915112345678', country: 'DE',
  network: { reported: { mcc: '262', mnc: '01', country: 'DE', at: null, by: 'gateway' }, ported: null, range: null },
}; // prettier-ignore

function row(rateId: string, named: Partial<RateRow>): RateRow {
  return {
    rateId, country: null, mcc: null, mnc: null, prefix: null, trafficClass: null, price: 1_000_000n, unit: 'part', basis: null,
    timeoutSec: null, timeoutPolicy: null, ...PLAIN_RATE, ...named,
  }; // prettier-ignore
}

function chosen(rows: RateRow[], of: Partial<MatchKey> = {}, by: Partial<RateCard> = {}): string {
  const best = chooseRow({ ...card, ...by }, rows, { ...message, ...of });
  return best === null ? 'no_rate' : best === 'origin_unknown' ? best : best.rateId;
}

const network = row('network', { mcc: '262', mnc: '01' });
const fromIndia = row('from India', { originCountry: 'IN' });
const anywhere = row('anywhere', {});
const unknown = row('unknown', { originCountry: 'unknown' });

test.each([
  ['origin before network', chosen([network, fromIndia, anywhere], { originCountry: 'IN' }), 'from India'],
  ['another order of the card', chosen([network, fromIndia], { originCountry: 'IN' }, { precedence: ['destination', 'originCountry', 'routeGrade', 'trafficClass', 'senderType'] }), 'network'],
  ['priority before all', chosen([network, row('first', { priority: 1 })]), 'first'],
  ['a longer prefix before a shorter one', chosen([row('49', { prefix: '49' }), row('491', { prefix: '491' })]), '491'],
  ['prefix before MCC', chosen([row('mcc', { mcc: '262' }), row('49', { prefix: '49' })]), '49'],
  ['with country before without', chosen([network, row('network in DE', { country: 'DE', mcc: '262', mnc: '01' })]), 'network in DE'],
  ['unknown origin never takes any', chosen([fromIndia, anywhere]), 'origin_unknown'],
  ['unknown origin takes its own', chosen([fromIndia, unknown, anywhere]), 'unknown'],
  ['unknown origin takes any where none is named', chosen([anywhere]), 'anywhere'],
  ['a named origin is no unknown one', chosen([unknown], { originCountry: 'IN' }), 'no_rate'],
])('%s', (_, is, must) => {
  expect(is).toBe(must);
}); // prettier-ignore

test('a version counts from its instant, as known, until it is withdrawn', () => {
  const version = (number: number, effectiveFrom: number, knownAt: number, withdrawnAt: number | null = null) => ({
    cardId: 'c', version: number, effectiveFrom, knownAt, withdrawnAt, supersedes: null, rows: 0, chunks: 1, sha256: '', rates: [],
  }); // prettier-ignore
  const versions = [version(1, 0, 0), version(2, 100, 50), version(3, 100, 200), version(4, 100, 60, 300)];
  const at = (billing: number, known: number): number | null => versionAt(versions, billing, known)?.version ?? null;
  expect([at(99, 400), at(100, 49), at(100, 50), at(100, 60), at(100, 299), at(100, 300)]).toEqual([1, 1, 2, 4, 4, 3]);
});

const micros = (iso: string): number => Date.parse(iso) * 1000;
const day = (date: string, rates: Record<string, string>) => ({
  date,
  publishedAt: micros(`${date}T14:15:00Z`),
  rates,
});
const fxRates = [
  day('2026-04-29', { USD: '1.25', GBP: '0.8' }),
  day('2026-04-30', { USD: '1.1', GBP: '0.9' }),
  day('2026-05-04', { USD: '1.2', GBP: '0.85' }),
].map((one) => ({ source: 'ecb', base: 'EUR', days: [one], knownAt: one.publishedAt }));

function rate(terms: Partial<FxTerms>, billing: string, knownAt: string, timeZone = 'UTC'): string {
  const question = { from: 'USD', to: 'GBP', billingTime: micros(billing), knownAt: micros(knownAt), timeZone };
  const found = exchangeFor({ ...question, terms: { ...DEFAULT_FX, ...terms } }, { ...emptyCatalog(), fxRates });
  if (found === null) return 'none';
  const { rate: shown, rateDate, provisional } = found.evidence;
  return `${shown.toFixed()} of ${rateDate ?? 'no day'}${provisional ? ', provisional' : ''}`;
}

test.each([
  ['event, before the publication', rate({}, '2026-04-30T14:14:59.999Z', '2026-06-01T00:00:00Z'), '0.64 of 2026-04-29'],
  ['event, at the publication', rate({}, '2026-04-30T14:15:00Z', '2026-06-01T00:00:00Z'), '0.818181818182 of 2026-04-30'],
  ['event, before all', rate({}, '2026-04-01T00:00:00Z', '2026-06-01T00:00:00Z'), 'none'],
  ['period_end while the month is running', rate({ rule: 'period_end' }, '2026-04-30T09:00:00Z', '2026-04-30T20:00:00Z'), '0.64 of 2026-04-29, provisional'],
  ['period_end when it is over', rate({ rule: 'period_end' }, '2026-04-30T09:00:00Z', '2026-05-01T00:00:00Z'), '0.818181818182 of 2026-04-30'],
  ['invoice, as long as nobody knows the day after', rate({ rule: 'invoice' }, '2026-04-30T09:00:00Z', '2026-05-01T20:00:00Z'), '0.64 of 2026-04-29, provisional'],
  ['invoice, previous over a holiday', rate({ rule: 'invoice' }, '2026-04-30T09:00:00Z', '2026-05-05T00:00:00Z'), '0.818181818182 of 2026-04-30'],
  ['invoice, next over a holiday', rate({ rule: 'invoice', fallback: 'next' }, '2026-04-30T09:00:00Z', '2026-05-05T00:00:00Z'), '0.708333333333 of 2026-05-04'],
  ['period_average', rate({ rule: 'period_average' }, '2026-04-30T09:00:00Z', '2026-05-05T00:00:00Z'), '0.729090909090909091 of no day'],
  ['the month of the zone', rate({ rule: 'period_end' }, '2026-04-30T10:00:00Z', '2026-05-05T00:00:00Z', 'Pacific/Kiritimati'), '0.64 of 2026-04-29, provisional'],
  ['fixed, the inverse, with a spread', rate({ rule: 'fixed', fixed: { 'GBP/USD': '1.25' }, spreadPercent: '10' }, '2026-04-30T10:00:00Z', '2026-05-05T00:00:00Z'), '0.88 of no day'],
])('rate: %s', (_, is, must) => {
  expect(is).toBe(must);
}); // prettier-ignore

test('an amount is rounded once, half to even', () => {
  const question = {
    from: 'USD',
    to: 'EUR',
    billingTime: micros('2026-04-30T00:00:00Z'),
    knownAt: micros('2026-06-01T00:00:00Z'),
  };
  const found = exchangeFor({ ...question, timeZone: 'UTC', terms: DEFAULT_FX }, { ...emptyCatalog(), fxRates });
  // 0.000000005 ÷ 1.25 = 0.000000004; 0.000000003125 has no place for its half, 0.0000000005 goes to the even 0
  expect(
    ['0.000000005', '0.000000000625', '0.000000001875'].map(
      (amount) => found && convert(new Exact(amount), found).toFixed(),
    ),
  ).toEqual(['0.000000004', '0', '0.000000002']);
});

test('a derived price is converted, marked up, bounded and rounded in this order', () => {
  const markup = { percent: '10', fixed: '0.001', floor: '0.02', ceiling: '0.05' };
  const cheap = { ...markup, percent: '0', fixed: '0', floor: null };
  const derivation = {
    fromCardId: 'b', markup, groups: [{ name: 'home', countries: ['DE'], markup: cheap }], rounding: { mode: 'up' as const, places: 3 }, fx: DEFAULT_FX,
  }; // prettier-ignore
  const same = { numerator: new Exact(1), denominator: new Exact(1) };
  const priced = (price: bigint, countries: string[], named: Partial<RateRow> = {}): string =>
    derivedPrice(row('r', { price, ...named }), derivation, same, countries).toFixed();
  expect([
    priced(30_100_000n, []),
    priced(1_000_000n, ['FR']),
    priced(90_000_000n, []),
    priced(1_000_001n, ['DE']),
    priced(90_000_000n, ['DE'], { surcharge: 'fee' }),
  ]).toEqual(['0.035', '0.02', '0.05', '0.002', '0.09']);
});
