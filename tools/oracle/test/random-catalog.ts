import { PLAIN_CARD } from '@ratestream/catalog';
import type { Plan, PlanBinding, RateCard } from '@ratestream/catalog';
import { DEFAULT_PRECEDENCE } from '@ratestream/catalog';
import { emptyCatalog } from '../src/index.js';
import type { OracleCatalog } from '../src/index.js';
import type { Dice } from './dice.js';
import { randomFxRates, randomFxTerms } from './random-fx.js';
import { randomVersions } from './random-rates.js';
import { BASES, CLASSES, COUNTRIES, CURRENCIES, GRADES, POLICIES, ZONES } from './scene.js';
import type { Scene } from './scene.js';

const SELL_CARDS = ['s1', 's2', 's3', 's4'];
const BUY_CARDS = ['b1', 'b2', 'b3'];
const PLANS = ['p1', 'p2', 'p3'];

/** A small catalog in which every rule has something to bite on: gaps, ties, nested prefixes, missing cards and rates. */
export function randomCatalog(dice: Dice, scene: Scene): OracleCatalog {
  const catalog = { ...emptyCatalog(), reportingCurrency: dice.pick(CURRENCIES), fxRates: randomFxRates(dice, scene) };
  for (const [side, ids] of [
    ['sell', SELL_CARDS],
    ['buy', BUY_CARDS],
  ] as const) {
    for (const id of ids) {
      catalog.cards.set(id, randomCard(dice, id, side));
      catalog.versions.set(id, randomVersions(dice, scene, id));
    }
  }
  for (const id of PLANS) catalog.plans.set(id, randomPlan(dice, id));
  for (const id of ['g1', 'g2'])
    catalog.rateGroups.set(id, { id, version: 1, owner: null, name: id, planId: dice.pick(PLANS) });
  addAccount(catalog, dice, 'root', null);
  addAccount(catalog, dice, 'middle', 'root');
  addAccount(catalog, dice, 'leaf', 'middle');
  addAccount(catalog, dice, 'single', null);
  for (const id of ['x', 'y', 'z']) addSupplier(catalog, dice, id);
  return catalog;
}

function addAccount({ accounts }: OracleCatalog, dice: Dice, id: string, parentId: string | null): void {
  accounts.set(id, {
    id,
    parentId,
    name: id,
    currency: randomCurrency(dice),
    timeZone: dice.pick(ZONES),
    partition: parentId === null ? 0 : null,
    planId: dice.maybe(0.7, PLANS),
    rateGroupId: dice.maybe(0.9, ['g1', 'g2']),
    overrides: dice.chance(0.3) ? randomBindings(dice, dice.int(1, 3)) : [],
    mode: 'postpaid',
    creditLimit: '0',
    warnBelow: null,
    defaultTrafficClass: 'transactional',
    legalEntity: null,
    taxCategory: null,
    closed: false,
  });
}

function addSupplier({ suppliers, connections }: OracleCatalog, dice: Dice, id: string): void {
  suppliers.set(id, {
    id,
    name: id,
    currency: randomCurrency(dice),
    buyCardId: dice.maybe(0.9, BUY_CARDS),
    legalEntity: null,
  });
  connections.set(`${id}-1`, {
    id: `${id}-1`,
    supplierId: id,
    idFormat: null,
    buyCardId: dice.maybe(0.4, BUY_CARDS),
    route: null,
    routeGrade: dice.maybe(0.4, GRADES),
  });
}

function randomCurrency(dice: Dice): string {
  return dice.chance(0.5) ? 'EUR' : dice.pick(CURRENCIES);
}

function randomCard(dice: Dice, id: string, side: 'sell' | 'buy'): RateCard {
  return {
    id,
    name: id,
    side,
    service: 'sms',
    currency: randomCurrency(dice),
    partRule: dice.pick(['reported', 'reported', 'computed8', 'computed16', 'perMessage']),
    networkEvidence: dice.shuffle(['reported', 'ported', 'range'] as const),
    basis: dice.pick(BASES),
    timeoutSec: dice.pick([60, 3600]),
    timeoutPolicy: dice.pick(POLICIES),
    noReceiptCountries: dice.chance(0.3) ? [dice.pick(COUNTRIES).country] : [],
    ...PLAIN_CARD,
    precedence: dice.chance(0.4) ? dice.shuffle(DEFAULT_PRECEDENCE) : null,
    fx: dice.chance(0.5) ? randomFxTerms(dice) : null,
  };
}

function randomPlan(dice: Dice, id: string): Plan {
  const bindings = randomBindings(dice, dice.int(0, 4));
  if (dice.chance(0.92)) bindings.push({ trafficClass: null, countries: null, cardId: dice.pick(SELL_CARDS) });
  return {
    id,
    version: dice.int(1, 3),
    name: id,
    service: 'sms',
    bindings: dice.shuffle(bindings),
    basis: dice.pick(BASES),
    timeoutSec: dice.pick([60, 3600]),
    timeoutPolicy: dice.pick(POLICIES),
    fx: randomFxTerms(dice),
  };
}

/** Often two that fit the same message equally well. */
function randomBindings(dice: Dice, count: number): PlanBinding[] {
  return Array.from({ length: count }, () => ({
    trafficClass: dice.maybe(0.6, CLASSES),
    countries: dice.chance(0.5) ? dice.shuffle(COUNTRIES.map(({ country }) => country)).slice(0, dice.int(1, 2)) : null,
    cardId: dice.pick(SELL_CARDS),
  }));
}
