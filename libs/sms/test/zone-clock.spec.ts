import fc from 'fast-check';
import { DateTime } from 'luxon';
import { ZoneClock } from '../src/index.js';

const clock = (zone: string): ZoneClock => ZoneClock.of(zone) as ZoneClock;
const iso = (micros: number): string => new Date(micros / 1000).toISOString();
const micros = (text: string): number => Date.parse(text) * 1000;

describe('ZoneClock', () => {
  test.each([
    ['2026-05-01T12:00:00.000Z', '2026-05-01T12:00:00.000Z'],
    ['2026-05-01T12:00:00+05:30', '2026-05-01T06:30:00.000Z'],
    ['2026-05-01T12:00:00-0400', '2026-05-01T16:00:00.000Z'],
    ['2026-05-01T12:00:00+02', '2026-05-01T10:00:00.000Z'],
    ['2026-05-01 12:00:00', '2026-05-01T10:00:00.000Z'],
    ['2026-05-01T12:00', '2026-05-01T10:00:00.000Z'],
    ['2026-01-01 00:30:00', '2025-12-31T23:30:00.000Z'],
    ['2026-05-01 12:00:00,250', '2026-05-01T10:00:00.250Z'],
    ['1777636800', '2026-05-01T12:00:00.000Z'],
    ['1777636800123', '2026-05-01T12:00:00.123Z'],
  ])('%s in Berlin is %s', (written, utc) => expect(iso(clock('Europe/Berlin').read(written))).toBe(utc));

  test('microseconds are kept, nanoseconds cut', () => {
    expect(clock('UTC').read('2026-05-01T12:00:00.123456Z') % 1_000_000).toBe(123_456);
    expect(clock('UTC').read('2026-05-01T12:00:00.123456789Z') % 1_000_000).toBe(123_456);
    expect(clock('UTC').read('1777636800123456') % 1_000_000).toBe(123_456);
  });

  test.each([
    '',
    'now',
    '2026-13-01 00:00:00',
    '2026-02-29 00:00:00',
    '2026-05-01',
    '2026-05-01 24:00:00',
    '2026-05-01T12:00:60Z',
    '2026-05-01T12:00:00.Z',
    '2026-05-01T12:00:00X',
    '2026-05-01T12:00:00+99:00',
    '12:00:00',
    '26-05-01 12:00:00',
    '9'.repeat(16) + '0',
    '1777636800.5',
  ])('%s is no time', (written) => expect(clock('UTC').read(written)).toBeNaN());

  test('an hour that occurs twice takes the first', () => {
    const berlin = clock('Europe/Berlin');
    expect(iso(berlin.read('2026-10-25 02:30:00'))).toBe('2026-10-25T00:30:00.000Z');
    expect(berlin.flag).toBe('ambiguous');
    expect(iso(berlin.read('2026-10-25 01:59:59'))).toBe('2026-10-24T23:59:59.000Z');
    expect(berlin.flag).toBeNull();
    expect(iso(berlin.read('2026-10-25 03:00:00'))).toBe('2026-10-25T02:00:00.000Z');
    expect(berlin.flag).toBeNull();
  });

  test('it takes the second when only that keeps the sequence rising', () => {
    const berlin = clock('Europe/Berlin');
    expect(iso(berlin.read('2026-10-25 02:30:00', micros('2026-10-25T00:45:00Z')))).toBe('2026-10-25T01:30:00.000Z');
    expect(berlin.flag).toBe('ambiguous');
    expect(iso(berlin.read('2026-10-25 02:30:00', micros('2026-10-25T00:30:00Z')))).toBe('2026-10-25T00:30:00.000Z');
    expect(iso(berlin.read('2026-10-25 02:30:00', micros('2026-10-25T05:00:00Z')))).toBe('2026-10-25T00:30:00.000Z');
  });

  test('a local time that never occurs is shifted forward by the gap', () => {
    const berlin = clock('Europe/Berlin');
    expect(iso(berlin.read('2026-03-29 02:30:00'))).toBe('2026-03-29T01:30:00.000Z');
    expect(berlin.flag).toBe('gap');
    expect(iso(berlin.read('2026-03-29 03:30:00'))).toBe('2026-03-29T01:30:00.000Z');
    expect(berlin.flag).toBeNull();
  });

  test('a gap of half an hour and a zone of quarter hours', () => {
    expect(iso(clock('Australia/Lord_Howe').read('2026-10-04 02:15:00'))).toBe('2026-10-03T15:45:00.000Z');
    expect(iso(clock('Asia/Kathmandu').read('2026-05-01 12:00:00'))).toBe('2026-05-01T06:15:00.000Z');
  });

  test('an unknown zone has no clock', () => expect(ZoneClock.of('Europe/Nowhere')).toBeUndefined());

  test('agrees with luxon away from what is ambiguous, and goes there and back', () => {
    const zones = fc.constantFrom(
      'Europe/Berlin',
      'America/New_York',
      'Asia/Riyadh',
      'Africa/Casablanca',
      'Australia/Lord_Howe',
      'Pacific/Apia',
    );
    const instants = fc.integer({ min: Date.UTC(2015, 0, 1), max: Date.UTC(2027, 0, 1) });
    fc.assert(
      fc.property(zones, instants, (zone, ms) => {
        const there = DateTime.fromMillis(Math.floor(ms / 1000) * 1000, { zone });
        const read = clock(zone).read(there.toFormat('yyyy-MM-dd HH:mm:ss'));
        if (clock(zone).flag === null) expect(read).toBe(there.toMillis() * 1000);
        else expect(Math.abs(read - there.toMillis() * 1000)).toBeLessThanOrEqual(3600 * 1e6);
      }),
      { numRuns: 2000 },
    );
  });
});
