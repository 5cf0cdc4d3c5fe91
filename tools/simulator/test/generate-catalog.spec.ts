import { parseMoney } from '@ratestream/money';
import { bigSheet, generateCatalog, Random, sheetCsv } from '../src/index.js';

/** 2026-05-01T12:00:00Z */
const NOON = 1_777_636_800_000_000;
const catalog = generateCatalog({ seed: 1, startAt: NOON });

test('the same options give the same catalog', () => {
  expect(generateCatalog({ seed: 1, startAt: NOON })).toEqual(catalog);
  expect(generateCatalog({ seed: 2, startAt: NOON })).not.toEqual(catalog);
});

test('the tree has depth 3, and parents come before their children', () => {
  const depth = new Map<string, number>();
  for (const { id, parentId } of catalog.accounts) {
    if (parentId !== null) expect(depth.has(parentId)).toBe(true);
    depth.set(id, parentId === null ? 1 : (depth.get(parentId) ?? 0) + 1);
  }
  expect(Math.max(...depth.values())).toBe(3);
});

test('whatever is named exists', () => {
  const cards = new Set(catalog.cards.map(({ card }) => card.id));
  const plans = new Set(catalog.plans.map(({ id }) => id));
  for (const { bindings } of catalog.plans) for (const { cardId } of bindings) expect(cards).toContain(cardId);
  for (const { planId } of catalog.accounts) expect(plans).toContain(planId);
  for (const { buyCardId } of catalog.suppliers) expect(cards).toContain(buyCardId);
});

test('every basis, part rule and id format occurs', () => {
  const bases = new Set([...catalog.plans, ...catalog.cards.map(({ card }) => card)].map(({ basis }) => basis));
  expect(bases).toEqual(new Set(['accept', 'submit', 'delivered', 'final_not_rejected']));
  expect(new Set(catalog.connections.map(({ idFormat }) => idFormat))).toEqual(new Set(['dec', 'hex', 'string', null]));
});

test('prices are decimals of at most six places, and no destination is priced twice in a sheet', () => {
  for (const { versions } of catalog.cards) {
    for (const { rows } of versions) {
      const seen = new Set<string>();
      for (const { price, country, mcc, mnc, prefix, trafficClass } of rows) {
        expect(parseMoney(price) % 1_000n).toBe(0n);
        const key = [country, mcc, mnc, prefix, trafficClass].join('|');
        expect(seen.has(key)).toBe(false);
        seen.add(key);
      }
    }
  }
});

test('a big sheet has exactly the rows asked for, each its own', () => {
  const rows = [...bigSheet(new Random(1), 50_000)];
  expect(rows).toHaveLength(50_000);
  expect(new Set(rows.map(({ prefix }) => prefix)).size).toBe(50_000);
  expect(sheetCsv(rows.slice(0, 1)).split('\n')[0]).toBe(
    'country,mcc,mnc,prefix,trafficClass,price,unit,basis,timeoutSec,timeoutPolicy',
  );
});
