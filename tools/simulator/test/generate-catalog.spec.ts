import { parseMoney } from '@ratestream/money';
import { bigSheet, generateCatalog, NETWORKS, Random, sheetCsv } from '../src/index.js';
import type { SheetRow } from '../src/index.js';
import { LEVELS, simulatedEcbHistory } from '../src/catalog/exchange-rates.js';

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
  const groups = new Set(catalog.rateGroups.map(({ id }) => id));
  for (const { planId } of catalog.rateGroups) expect(plans).toContain(planId);
  for (const { planId, rateGroupId, overrides } of catalog.accounts) {
    if (planId === null) expect(groups).toContain(rateGroupId);
    else expect(plans).toContain(planId);
    for (const { cardId } of overrides) expect(cards).toContain(cardId);
  }
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
      for (const { price, priority: _, ...named } of rows) {
        expect(parseMoney(price) % 1_000n).toBe(0n);
        const key = JSON.stringify(named);
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
    'country,mcc,mnc,prefix,trafficClass,price,unit,basis,timeoutSec,timeoutPolicy,senderType,originCountry,routeGrade,priority,surcharge,validFrom,validUntil',
  );
});

/** What a plain message to a network costs by a sheet, in hundred-thousandths of the euro it would be. */
function priceOf(
  rows: readonly SheetRow[],
  { country, mcc, mnc }: (typeof NETWORKS)[number],
  currency: string,
): number {
  const plain = rows.filter((row) => Object.keys(row).every((key) => ['country', 'mcc', 'mnc', 'price'].includes(key)));
  const found =
    plain.find((row) => row.country === country && row.mcc === mcc && row.mnc === mnc) ??
    plain.find((row) => row.country === undefined && row.mcc === mcc && row.mnc === undefined) ??
    plain.find((row) => row.country === country && row.mcc === undefined);
  return found === undefined ? NaN : (Number(found.price) * 1e8) / (LEVELS[currency] ?? NaN);
}

test('nobody sells a destination below what it is bought for, in either version', () => {
  const side = (wanted: string) =>
    catalog.cards.filter(({ card, versions }) => card.side === wanted && versions.length > 0);
  for (const version of [0, 1]) {
    for (const network of NETWORKS) {
      const prices = (wanted: string): number[] =>
        side(wanted)
          .map(({ card, versions }) => priceOf(versions[version]?.rows ?? [], network, card.currency))
          .filter((price) => !Number.isNaN(price));
      expect(Math.min(...prices('sell'))).toBeGreaterThan(Math.max(...prices('buy')));
    }
  }
});

test('sheets name origins, unknown ones too, senders, grades, priorities and fees with dates', () => {
  const rows = catalog.cards.flatMap(({ versions }) => versions.flatMap((version) => version.rows));
  expect(rows.some(({ originCountry }) => originCountry === 'unknown')).toBe(true);
  for (const column of ['originCountry', 'senderType', 'routeGrade', 'priority', 'surcharge', 'validUntil'] as const)
    expect(rows.some((row) => row[column] !== undefined)).toBe(true);
  for (const owner of ['buy-atlas', 'sell-retail'])
    expect(
      catalog.cards
        .find(({ card }) => card.id === owner)
        ?.versions[0]?.rows.some((row) => row.surcharge === 'registration'),
    ).toBe(true);
});

test('accounts, cards and suppliers are in three currencies, and each has exchange rates', () => {
  for (const list of [catalog.accounts, catalog.suppliers, catalog.cards.map(({ card }) => card)])
    expect(new Set(list.map(({ currency }) => currency))).toEqual(new Set(['EUR', 'USD', 'GBP']));
  expect(catalog.exchangeRates.split('\n')[0]).toBe('Date,USD,GBP,CHF,');
});

test('simulated exchange rates are of working days before the day, and the same on every later day', () => {
  const lines = simulatedEcbHistory(1, NOON).trim().split('\n').slice(1);
  const later = simulatedEcbHistory(1, NOON + 3 * 86_400_000_000);
  expect(lines[0]).toMatch(/^2026-04-30,1\.1\d{4},0\.8\d{4},0\.9\d{4},$/);
  for (const line of lines.slice(0, 25)) {
    expect(later).toContain(line);
    expect(new Date(line.slice(0, 10)).getUTCDay() % 6).not.toBe(0);
  }
  expect(simulatedEcbHistory(2, NOON)).not.toBe(simulatedEcbHistory(1, NOON));
});
