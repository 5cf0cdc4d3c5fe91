import { generateCatalog, generateTraffic, paced } from '../src/index.js';
import type { RawRecord, TrafficOptions } from '../src/index.js';

/** 2026-05-01T12:00:00Z */
const NOON = 1_777_636_800_000_000;
const catalog = generateCatalog({ seed: 1, startAt: NOON });
const traffic = (options: Partial<TrafficOptions> = {}): RawRecord[] => [
  ...generateTraffic(catalog, { seed: 1, count: 3_000, startAt: NOON, ...options }),
];
const records = traffic();
const canonical = records.filter(({ source, kind }) => source === 'platform' && kind !== 'garbage');
const parsed = canonical.map(({ value }) => JSON.parse(value.toString()) as Record<string, unknown>);

test('the same seed gives the same bytes in the same order', () => {
  expect(traffic()).toEqual(records);
  expect(traffic({ seed: 2 })).not.toEqual(records);
});

test('records leave in the order in which they are appended', () => {
  for (const [i, { appendAt }] of records.entries())
    expect(appendAt).toBeGreaterThanOrEqual(records[i - 1]?.appendAt ?? 0);
});

test('about as many are repeated as asked for, byte for byte', () => {
  const wild = traffic({ duplicates: 0.1 });
  const repeated = wild.filter(({ kind }) => kind === 'duplicate');
  const originals = new Set(wild.filter(({ kind }) => kind !== 'duplicate').map(({ value }) => value.toString()));
  expect(repeated.length / originals.size).toBeGreaterThan(0.08);
  expect(repeated.length / originals.size).toBeLessThan(0.12);
  for (const { value } of repeated) expect(originals).toContain(value.toString());
});

test('every form of a life occurs', () => {
  const events = new Set(parsed.map(({ event }) => event));
  for (const event of ['accepted', 'submitted', 'submit_rejected', 'delivered', 'undelivered', 'unknown'])
    expect(events).toContain(event);
  expect(parsed.some(({ attempt }) => attempt === 2)).toBe(true);
  expect(parsed.some(({ udh }) => typeof udh === 'string')).toBe(true);
  expect(
    parsed.some(({ event, account, id }) => event === 'delivered' && account === undefined && id === undefined),
  ).toBe(true);
  expect(parsed.some(({ mcc, event }) => event === 'accepted' && mcc === undefined)).toBe(true);
  expect(parsed.some(({ originCountry, event }) => event === 'accepted' && originCountry === undefined)).toBe(true);
  expect(parsed.some(({ originCountry }) => originCountry === 'IN')).toBe(true);
});

test('Kannel lines look like its access log', () => {
  const lines = records
    .filter(({ source, kind }) => source === 'kannel' && kind !== 'garbage')
    .map(({ value }) => value.toString());
  expect(lines.length).toBeGreaterThan(100);
  const form =
    /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d (Sent SMS|FAILED Send SMS|Receive DLR) \[SMSC:[\w-]+\] \[SVC:\w*\] \[ACT:[\w-]*\] \[BINF:\] \[ID:[\w-]*\] \[FID:[\w-]*\] \[from:.+?\] \[to:\+\d+\] \[flags:[-\d:]+\] \[msg:\d+:[^\]]*\] \[udh:\d+:[0-9A-F]*\]$/;
  for (const line of lines) expect(line).toMatch(form);
});

test('each part that is a record of its own has its own ids at gateway and supplier', () => {
  const submitted = parsed.filter(({ event, udh }) => event === 'submitted' && udh !== undefined);
  const unique = new Set(submitted.map(({ id, attempt, part }) => `${String(id)}|${String(attempt)}|${String(part)}`));
  const suppliers = new Set(submitted.map(({ supplierMessageId }) => supplierMessageId));
  expect(suppliers.size).toBe(unique.size);
});

test('memory is bounded by delays, not by the count: endless traffic can be read from', () => {
  let taken = 0;
  for (const _ of generateTraffic(catalog, { seed: 1, count: Infinity, startAt: NOON })) if (++taken === 10_000) break;
  expect(taken).toBe(10_000);
});

test('pacing keeps every record and its order', async () => {
  const some = records.slice(0, 200);
  const out: RawRecord[] = [];
  for await (const batch of paced(some, { pace: 'none', maxBatch: 7 })) {
    expect(batch.length).toBeLessThanOrEqual(7);
    out.push(...batch);
  }
  expect(out).toEqual(some);
});
