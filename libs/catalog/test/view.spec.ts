import type { CatalogEvent, RateChunk, RateRow } from '@ratestream/events';
import fc from 'fast-check';
import {
  CatalogGapError,
  CatalogIntegrityError,
  CatalogView,
  OPERATOR,
  chunkRates,
  parseRateRow,
  rateRowsHash,
  type RateCardVersion,
} from '../src/index.js';
import { card, change, close, key, open, plan, publish } from './commands.js';
import { TestCatalog } from './given.js';

const rows: RateRow[] = ['0.01', '0.02', '0.03'].map(
  (price, index) => parseRateRow({ mcc: `23${index}`, price }).row as RateRow,
);
const rowSet = { rows: 3, chunks: 3, sha256: rateRowsHash(rows) };
const chunks: RateChunk[] = rows.map((row, chunk) => ({
  kind: 'rates',
  id: 'sell',
  version: 1,
  chunk,
  rates: [row],
  numbers: [],
}));
const catalog = new TestCatalog().given(
  card('sell'),
  publish('sell', 1, { rowSet }),
  plan('p', ['sell']),
  open('a', { planId: 'p' }),
  open('b', { parentId: 'a' }),
  change('b', { name: 'B' }),
  close('b'),
);

interface Handed {
  view: CatalogView;
  handed: [RateCardVersion, RateRow[]][];
}
function readingRates(): Handed {
  const handed: Handed['handed'] = [];
  return { handed, view: new CatalogView({ onVersionUsable: (version, given) => handed.push([version, [...given]]) }) };
}

test('the tree: chain, root payer, partition, subtree', () => {
  const { view } = catalog;
  expect(view.chain('b')).toEqual(['b', 'a']);
  expect(view.rootPayerOf('b')).toBe('a');
  expect(view.partitionOf('a')).toBe(0);
  expect(view.partitionOf('b')).toBeUndefined();
  expect([
    view.isWithin('b', 'a'),
    view.isWithin('a', 'b'),
    view.isWithin('a', OPERATOR),
    view.isWithin(OPERATOR, 'a'),
  ]).toEqual([true, false, true, false]);
  expect([view.chain('nobody'), view.rootPayerOf('nobody')]).toEqual([[], undefined]);
});

test('a missing position stops the view, a repeat is nothing', () => {
  const view = new CatalogView();
  const [first, second, third] = catalog.events as [CatalogEvent, CatalogEvent, CatalogEvent];
  view.apply(first);
  expect(view.apply(first)).toEqual([]);
  expect(() => view.apply(third)).toThrow(CatalogGapError);
  view.apply(second);
  expect(view.apply(third)).toHaveLength(1);
  expect(view.position).toBe(3);
});

test('a heartbeat takes no position; one that is ahead shows a gap', () => {
  const view = new CatalogView();
  view.apply(catalog.events[0] as CatalogEvent);
  const heartbeat = {
    ...(catalog.events[0] as CatalogEvent),
    type: 'Heartbeat',
    data: '{}',
    occurredAt: catalog.now + 7,
  };
  expect(view.apply(heartbeat)).toEqual([]);
  expect([view.position, view.asOf]).toEqual([1, catalog.now + 7]);
  expect(() => view.apply({ ...heartbeat, position: 2 })).toThrow(CatalogGapError);
});

test('a version whose rows are not here yet holds the position back, and everything after it', () => {
  const { view, handed } = readingRates();
  for (const event of catalog.events) view.apply(event);
  for (const chunk of chunks.slice(1)) expect(view.applyChunk(chunk)).toEqual([]);
  expect([view.position, view.receivedPosition, view.versions('sell'), view.accounts.size]).toEqual([
    1,
    catalog.events.length,
    [],
    0,
  ]);
  expect(view.applyChunk(chunks[0] as RateChunk)).toHaveLength(catalog.events.length - 1);
  expect(view.position).toBe(catalog.events.length);
  expect(handed).toEqual([[view.versions('sell')[0], rows]]);
});

test('the rows of a version can be gone through again and again', () => {
  let lengths: unknown[] = [];
  const view = new CatalogView({
    onVersionUsable: (_, given) =>
      (lengths = [given.length, [...given].length, [...given].map(({ rateId }) => rateId)]),
  });
  for (const chunk of chunks) view.applyChunk(chunk);
  for (const event of catalog.events) view.apply(event);
  expect(lengths).toEqual([3, 3, rows.map(({ rateId }) => rateId)]);
});

test('a view that takes no rates does not wait for them', () => {
  const view = new CatalogView();
  for (const event of catalog.events) view.apply(event);
  expect(view.versions('sell')).toHaveLength(1);
});

test('rows that are not those published stop the view', () => {
  const { view } = readingRates();
  view.apply(catalog.events[0] as CatalogEvent);
  view.apply(catalog.events[1] as CatalogEvent);
  const forged = chunks.map((chunk, index) =>
    index === 1 ? { ...chunk, rates: [{ ...(rows[1] as RateRow), price: 1n }] } : chunk,
  );
  view.applyChunk(forged[0] as RateChunk);
  view.applyChunk(forged[1] as RateChunk);
  expect(() => view.applyChunk(forged[2] as RateChunk)).toThrow(CatalogIntegrityError);
});

test('whatever order chunks come in, with repeats of both topics, the view ends the same', () => {
  const expected = stateOf(catalog.view);
  const order = fc.shuffledSubarray([...chunks, ...chunks], { minLength: 6 });
  fc.assert(
    fc.property(order, fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }), fc.nat(6), (arrivals, turns, back) => {
      const { view, handed } = readingRates();
      const events = [...catalog.events.slice(0, back), ...catalog.events];
      const waiting = [...arrivals];
      for (const chunkFirst of turns) {
        if (chunkFirst && waiting.length > 0) view.applyChunk(waiting.shift() as RateChunk);
        else if (events.length > 0) view.apply(events.shift() as CatalogEvent);
      }
      for (const event of events) view.apply(event);
      for (const chunk of waiting) view.applyChunk(chunk);
      expect(stateOf(view)).toEqual(expected);
      expect(handed).toHaveLength(1);
    }),
    { numRuns: 200 },
  );
});

test('many rows are cut into chunks under 500 kB that give the same rows back', () => {
  const many = Array.from(
    { length: 20_000 },
    (_, index) =>
      parseRateRow({ prefix: `44${index}`, traffic_class: 'transactional', price: '0.0123' }).row as RateRow,
  );
  const cut = chunkRates('sell', 1, many);
  expect(cut.flatMap(({ rates }) => rates)).toEqual(many);
  expect(cut.map(({ chunk }) => chunk)).toEqual(cut.map((_, index) => index));
});

function stateOf(view: CatalogView): unknown {
  return [view.position, view.accounts, view.plans, view.cards, view.versions('sell'), view.chain('b')];
}

test('keys of a release that knew no persons are of whoever issued them, as they would be today', () => {
  const { events } = new TestCatalog().given(key('a0'), key('b0', {}, 'a0'), key('b1', {}, 'b0'), key('c0', {}, 'a0'));
  const issuers = ['bootstrap', 'a0', 'b0', 'a0'];
  const view = new CatalogView();
  for (const [index, event] of events.entries()) {
    const { person: _person, ...older } = JSON.parse(event.data) as Record<string, unknown>;
    view.apply({ ...event, actor: issuers[index] ?? '', data: JSON.stringify(older) });
  }
  expect(['a0', 'b0', 'b1', 'c0'].map((id) => view.personOf(id))).toEqual([OPERATOR, 'b0', 'b0', 'c0']);
});
