import { z } from 'zod';
import { Cursor, ProblemError, faultsOf, instant, pageOf, requestHash } from '../src/index.js';

describe('paging', () => {
  const rows = [1, 2, 3].map((n) => ({ n }));
  test.each([
    [2, [1, 2], true],
    [3, [1, 2, 3], false],
    [4, [1, 2, 3], false],
  ])('a limit of %d', (limit, items, more) => {
    const page = pageOf(rows.slice(0, limit + 1), limit, (row) => [row.n]);
    expect(page.items.map((row) => row.n)).toEqual(items);
    expect(page.nextCursor !== null).toBe(more);
  });

  test('a cursor comes back as it was given out', () => {
    const key = z.tuple([z.number(), z.string()]);
    expect(Cursor.decode(key, Cursor.encode([7, 'ä']))).toEqual([7, 'ä']);
    expect(() => Cursor.decode(key, Cursor.encode(['7', 'a']))).toThrow(ProblemError);
    expect(() => Cursor.decode(key, '%%%')).toThrow('bad_cursor');
  });
});

test('a request hash ignores the order of fields and tells everything else apart', () => {
  const hash = (body: unknown, path = '/x') => requestHash('POST', path, body);
  expect(hash({ a: 1, b: [1, { c: 2n }] })).toBe(hash({ b: [1, { c: 2n }], a: 1 }));
  const different = [
    hash({ a: 1 }),
    hash({ a: '1' }),
    hash({ a: 1n }),
    hash({ a: 1 }, '/y'),
    hash({ a: [1] }),
    hash({ a: null }),
  ];
  expect(new Set(different).size).toBe(different.length);
});

test('of a union the faults of the nearest alternative are told', () => {
  const schema = z.object({
    to: z.union([z.object({ a: z.string(), b: z.string() }), z.object({ c: z.string(), a: z.string() })]),
  });
  const parsed = schema.safeParse({ to: { a: 'x', b: 1 } });
  expect(faultsOf(parsed.error?.issues ?? [])).toMatchObject([{ pointer: expect.stringMatching(/^\/to\/(b|c)$/) }]);
});

test.each([
  ['2026-05-01T12:00:00.000Z', 1_777_636_800_000_000],
  ['2026-05-01T14:00:00+02:00', 1_777_636_800_000_000],
])('the instant %s', (text, micros) => {
  expect(instant.parse(text)).toBe(micros);
});

test('an instant without a zone is refused', () => {
  expect(instant.safeParse('2026-05-01T12:00:00').success).toBe(false);
});

test.each([
  ['1970-01-01T00:00:00Z', 0],
  ['1969-12-31T23:59:59.999Z', null],
  ['0000-01-01T00:00:00Z', null],
  ['2026-05-01T12:00:00', null],
])('the instant %s is %s', (text, micros) => {
  expect(instant.safeParse(text).data ?? null).toBe(micros);
});
