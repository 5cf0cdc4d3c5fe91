import { isStale, rateAgeDays } from '../src/index.js';
import { asked, bookOf, ecb, micros } from './support.js';

const APRIL = ecb(`
  2026-03-31 USD 1.10 GBP 0.86
  2026-04-01 USD 1.11 GBP 0.87
  2026-04-02 USD 1.12 GBP 0.88
  2026-04-07 USD 1.13 GBP 0.89
  2026-04-30 USD 1.14 GBP 0.90
  2026-05-04 USD 1.15 GBP 0.91
`);
const MAY = ecb('2026-05-29 USD 1.16 GBP 0.92\n2026-06-02 USD 1.17 GBP 0.93');
const book = bookOf(APRIL, MAY);

describe('rule event', () => {
  test.each([
    ['2026-04-07T13:59:59.999Z', '2026-04-02', 'one millisecond before it is published'],
    ['2026-04-07T14:00:00Z', '2026-04-07', 'at its publication'],
    ['2026-04-05T12:00:00Z', '2026-04-02', 'on Easter Sunday'],
    ['2030-01-01T00:00:00Z', '2026-06-02', 'years later: it counts, and is alarmed elsewhere'],
  ])('%s takes %s: %s', (at, date) => {
    expect(book.convert(asked(at))?.fx).toMatchObject({ rateDate: date, rule: 'event', provisional: false });
  });

  test('one microsecond before a publication takes the day before', () => {
    const at = micros('2026-04-07T14:00:00Z');
    expect(book.convert({ ...asked('2026-04-07T14:00:00Z'), at: at - 1 })?.fx.rateDate).toBe('2026-04-02');
  });

  test('before the first publication there is none', () => {
    expect(book.convert(asked('2026-03-31T13:59:59Z'))).toBeNull();
  });

  test('of days published at the same instant the later date counts', () => {
    const publishedAt = micros('2026-04-03T10:00:00Z');
    const days = ['2026-04-03', '2026-04-02'].map((date) => ({ date, publishedAt, rates: { USD: '2', GBP: '1' } }));
    const both = bookOf({ source: 'ecb', base: 'EUR', days, knownAt: 0 });
    expect(both.convert(asked('2026-04-03T10:00:00Z'))?.fx.rateDate).toBe('2026-04-03');
  });

  test('a currency that the day has no rate of is not looked for in an older day', () => {
    const ended = bookOf(ecb('2022-12-30 USD 1.06 HRK 7.5365\n2023-01-02 USD 1.07'));
    const croatian = { from: 'HRK', to: 'USD' };
    expect(ended.convert(asked('2023-01-01T00:00:00Z', {}, croatian))?.fx.rate).toBe('0.140648842301');
    expect(ended.convert(asked('2023-01-03T00:00:00Z', {}, croatian))).toBeNull();
  });

  test('a source that nobody published has no rates', () => {
    expect(book.convert(asked('2026-04-08T00:00:00Z', { source: 'manual' }))).toBeNull();
  });
});

describe('rules of the month', () => {
  test.each<['period_end' | 'invoice' | 'period_average', 'previous' | 'next', string, string, string]>([
    ['period_end', 'previous', '2026-04-10T00:00:00Z', '2026-04-30', 'published that day'],
    ['period_end', 'previous', '2026-05-10T00:00:00Z', '2026-05-29', 'the 31st of May is a Sunday'],
    ['period_end', 'next', '2026-05-10T00:00:00Z', '2026-06-02', 'the 31st of May is a Sunday'],
    ['invoice', 'previous', '2026-04-10T00:00:00Z', '2026-04-30', 'the 1st of May has no publication'],
    ['invoice', 'next', '2026-04-10T00:00:00Z', '2026-05-04', 'the 1st of May has no publication'],
    ['invoice', 'next', '2026-03-31T23:59:59Z', '2026-04-01', 'published that day'],
    ['period_average', 'previous', '2026-04-10T00:00:00Z', '2026-04-30', 'the last day that counts'],
  ])('%s, %s, %s is of %s: %s', (rule, fallback, at, date) => {
    const fx = book.convert(asked(at, { rule, fallback }))?.fx;
    expect(fx).toMatchObject({ rule, rateDate: date, provisional: false });
  });

  test('the average is the mean of the cross rates, not the cross rate of the means', () => {
    const fx = book.convert(asked('2026-04-10T00:00:00Z', { rule: 'period_average' }))?.fx;
    // (0.87/1.11 + 0.88/1.12 + 0.89/1.13 + 0.90/1.14) / 4, by Python’s decimal
    expect(fx).toMatchObject({ rate: '0.786645593294405591', base: null, fromPerBase: null, toPerBase: null });
  });

  test('the average of a pair leaves out the days without it', () => {
    const gaps = bookOf(ecb('2026-04-01 USD 1.25\n2026-04-02 USD 2 GBP 1\n2026-04-03 GBP 3\n2026-05-04 USD 2 GBP 3'));
    const fx = gaps.convert(asked('2026-04-10T00:00:00Z', { rule: 'period_average' }))?.fx;
    expect(fx).toMatchObject({ rate: '0.5', rateDate: '2026-04-02', provisional: false });
  });

  test.each(['period_end', 'invoice', 'period_average'] as const)(
    '%s is provisional until the month is over',
    (rule) => {
      const until = { knownAt: micros('2026-04-30T23:59:59Z') };
      const after = { knownAt: micros('2026-05-05T00:00:00Z') };
      const early = book.convert(asked('2026-04-08T00:00:00Z', { rule }, until));
      expect(early?.fx).toMatchObject({ rule, rateDate: '2026-04-07', base: 'EUR', provisional: true });
      expect(book.convert(asked('2026-04-08T00:00:00Z', { rule }, after))?.fx.provisional).toBe(false);
    },
  );

  test('a last day that is not published yet keeps the rate provisional, whatever the clock says', () => {
    const late = bookOf(ecb('2026-04-01 USD 1.11 GBP 0.87\n2026-04-29 USD 1.12 GBP 0.88'));
    const question = asked('2026-04-10T00:00:00Z', { rule: 'period_end' }, { knownAt: micros('2026-05-01T08:00:00Z') });
    expect(late.convert(question)?.fx).toMatchObject({ rateDate: '2026-04-01', provisional: true });
    late.publish(ecb('2026-04-30 USD 1.13 GBP 0.89', micros('2026-05-01T07:00:00Z')));
    expect(late.convert(question)?.fx).toMatchObject({ rateDate: '2026-04-30', provisional: false });
  });

  test('an average is provisional until its last day is published, also where the month ends before that', () => {
    const late = bookOf(ecb('2026-04-28 USD 1 GBP 0.80\n2026-04-29 USD 1 GBP 0.80'));
    late.publish(ecb('2026-04-30 USD 1 GBP 1.10', micros('2026-04-30T14:05:00Z')));
    const known = (knownAt: string) =>
      late.convert(
        asked('2026-04-29T20:00:00Z', { rule: 'period_average' }, { timeZone: 'Pacific/Auckland', knownAt: micros(knownAt) }),
      )?.fx; // prettier-ignore
    // It is May in Auckland from 12:00 UTC on, two hours before the bank publishes.
    expect(known('2026-04-30T13:00:00Z')).toMatchObject({ rate: '0.8', rateDate: '2026-04-29', provisional: true });
    expect(known('2026-04-30T15:00:00Z')).toMatchObject({ rate: '0.9', rateDate: '2026-04-30', provisional: false });
  });

  test('the month is that of the account’s zone', () => {
    const zone = { timeZone: 'America/New_York' };
    const at = '2026-05-01T03:59:59.999Z'; // still April in New York
    const end = { rule: 'period_end' } as const;
    expect(book.convert(asked(at, end, zone))?.fx.rateDate).toBe('2026-04-30');
    expect(book.convert(asked('2026-05-01T04:00:00Z', end, zone))?.fx.rateDate).toBe('2026-05-29');
    expect(book.convert(asked(at, end, { timeZone: 'Asia/Kolkata' }))?.fx.rateDate).toBe('2026-05-29');
  });

  test('a zone that does not exist is an error and not UTC', () => {
    expect(() => book.convert(asked('2026-04-10T00:00:00Z', { rule: 'invoice' }, { timeZone: 'Mars' }))).toThrow(
      'Mars',
    );
  });
});

describe('rule fixed', () => {
  const fixed = { 'USD/GBP': '0.75', 'EUR/USD': '1.3' };
  test('the stated rate is multiplied', () => {
    const conversion = book.convert(asked('2026-04-10T00:00:00Z', { rule: 'fixed', fixed }));
    expect(conversion?.apply(10_000_000_001n)).toBe(7_500_000_001n);
    expect(conversion?.fx).toMatchObject({ rate: '0.75', base: null, rateDate: '', provisional: false });
  });
  test('the other direction is divided, exactly', () => {
    const conversion = book.convert(asked('2026-04-10T00:00:00Z', { rule: 'fixed', fixed }, { to: 'EUR' }));
    expect(conversion?.apply(13_000_000_000n * 10n ** 15n)).toBe(10_000_000_000n * 10n ** 15n);
    expect(conversion?.fx).toMatchObject({ rate: '0.769230769231', base: 'EUR', fromPerBase: '1.3', toPerBase: '1' });
  });
  test('a pair that nobody agreed on has none, whatever the source published', () => {
    expect(book.convert(asked('2026-04-10T00:00:00Z', { rule: 'fixed', fixed }, { to: 'CHF' }))).toBeNull();
  });
});

describe('both times', () => {
  const corrected = bookOf(APRIL, ecb('2026-04-02 USD 1.5 GBP 1', micros('2026-06-01T00:00:00Z')));
  test('a corrected day counts for what is rated from then on', () => {
    const rateAt = (knownAt: string) =>
      corrected.convert(asked('2026-04-03T00:00:00Z', {}, { knownAt: micros(knownAt) }))?.fx.toPerBase;
    expect(rateAt('2026-05-31T23:59:59Z')).toBe('0.88');
    expect(rateAt('2026-06-01T00:00:00Z')).toBe('1');
    expect(rateAt('2026-05-31T23:59:59Z')).toBe('0.88');
  });
  test('nothing is known before the first publication was', () => {
    expect(
      corrected.convert(asked('2026-04-03T00:00:00Z', {}, { knownAt: micros('2019-12-31T23:59:59Z') })),
    ).toBeNull();
  });
  test('publications in any order give the same book', () => {
    const [first, second] = [APRIL, ecb('2026-04-02 USD 1.5 GBP 1', micros('2026-06-01T00:00:00Z'))];
    const question = asked('2026-04-03T00:00:00Z');
    expect(bookOf(second, first).convert(question)?.fx).toEqual(bookOf(first, second).convert(question)?.fx);
  });
  test('latest names the newest date and since when it is known', () => {
    expect(corrected.latest('ecb')).toEqual({
      date: '2026-05-04',
      publishedAt: micros('2026-05-04T14:00:00Z'),
      knownAt: APRIL.knownAt,
    });
    expect(corrected.knownSince('ecb', '2026-04-02')).toBe(micros('2026-06-01T00:00:00Z'));
    expect(corrected.latest('manual')).toBeNull();
  });
});

describe('age of a rate', () => {
  const fx = { rateDate: '2026-04-13' };
  test.each([
    ['2026-04-18T23:59:59.999999Z', 5, false],
    ['2026-04-19T00:00:00Z', 6, true],
    ['2026-04-12T23:59:59Z', -1, false],
  ])('at %s it is %i days old', (at, days, stale) => {
    expect(rateAgeDays(fx.rateDate, micros(at))).toBe(days);
    expect(isStale(fx, micros(at))).toBe(stale);
  });
  test('an agreed rate has no age', () => {
    expect(rateAgeDays('', micros('2026-04-19T00:00:00Z'))).toBeNull();
    expect(isStale({ rateDate: '' }, micros('2026-04-19T00:00:00Z'))).toBe(false);
  });
});

describe('cache', () => {
  test('the same inputs give the same object until rates are published', () => {
    const fresh = bookOf(APRIL);
    const question = asked('2026-04-08T00:00:00Z');
    const first = fresh.convert(question);
    expect(fresh.convert({ ...question, at: question.at + 1, terms: { ...question.terms } })).toBe(first);
    fresh.publish(MAY);
    expect(fresh.convert(question)).not.toBe(first);
    expect(fresh.convert(question)?.fx).toEqual(first?.fx);
  });
  test('evidence that is handed out cannot be changed', () => {
    expect(() => Object.assign(book.convert(asked('2026-04-08T00:00:00Z'))?.fx ?? {}, { rate: '1' })).toThrow(
      TypeError,
    );
  });
  test('the same currency is no conversion', () => {
    const same = book.convert(asked('1990-01-01T00:00:00Z', {}, { to: 'USD' }));
    expect(same?.apply(7n)).toBe(7n);
    expect(same?.fx.rate).toBe('1');
  });
});
