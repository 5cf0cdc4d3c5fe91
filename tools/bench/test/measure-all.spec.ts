import { measureAll } from '../src/measure-all.js';
import { failedRow, type Measurement, type Row } from '../src/row.js';
import { table } from '../src/table.js';

const row = (id: string): Row => ({ ...failedRow(id, ''), value: 1, note: '' });
const good = (id: string): Measurement => ({
  ids: [id],
  run: (_options, _wanted, done) => Promise.resolve(done(row(id))),
});
const options = { quick: true, say: () => undefined };

test('what fails is a row with its reason, and the others are measured', async () => {
  const broken: Measurement = {
    ids: ['first', 'second'],
    run: (_options, _wanted, done) => {
      done(row('first-p50'));
      return Promise.reject(new Error('the broker |\n is away'));
    },
  };
  const seen: number[] = [];
  const all = new Set(['before', 'first', 'second', 'after']);
  const { rows, whole } = await measureAll([good('before'), broken, good('after')], all, options, (now) =>
    seen.push(now.length),
  );
  expect(rows.map(({ id, value }) => [id, value])).toEqual([
    ['before', 1],
    ['first-p50', 1],
    ['second', null],
    ['after', 1],
  ]);
  expect(rows[2]?.note).toBe('failed: the broker / is away');
  expect(seen).toEqual([1, 3, 4]);
  expect(whole).toBe(false);
  expect(table(rows)).toContain('| second    | –     |');
});

test('a measurement that brings a failed row itself is not whole either', async () => {
  const half: Measurement = {
    ids: ['half'],
    run: (_options, _wanted, done) => Promise.resolve(done(failedRow('half', new Error('no')))),
  };
  expect((await measureAll([half], new Set(['half']), options, () => undefined)).whole).toBe(false);
  expect((await measureAll([good('a'), half], new Set(['a']), options, () => undefined)).whole).toBe(true);
});
