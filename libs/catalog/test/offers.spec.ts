import type { Authority, CatalogCommand } from '../src/index.js';
import {
  card,
  change,
  changeCard,
  changeGroup,
  changePlan,
  close,
  fxRates,
  group,
  notices,
  noticesOf,
  open,
  plan,
  publish,
} from './commands.js';
import { faultsOf, NOW, TestCatalog } from './given.js';

const reseller: Authority = { scope: 'reseller', permissions: ['read', 'write'] };
const world = (): TestCatalog => {
  const catalog = new TestCatalog().given(
    card('sell'),
    card('buy', { side: 'buy', currency: 'USD' }),
    plan('standard', ['sell']),
    group('wholesale', 'standard'),
    open('reseller', { planId: 'standard' }),
    open('other'),
    open('customer', { parentId: 'reseller' }),
  );
  for (const command of [card('own'), plan('own-plan', ['own']), group('own-group', 'own-plan')])
    if (catalog.run(command, reseller).outcome !== 'accepted') throw new Error(`${command.type} is refused`);
  return catalog;
};
const refused = (command: CatalogCommand, authority?: Authority): string[] =>
  faultsOf(world().when(command, authority));

describe('rate groups', () => {
  test('a group has a plan of its owner, and its version goes up with each change', () => {
    const catalog = world().given(
      plan('better', ['sell']),
      changeGroup('wholesale', { planId: 'better' }),
      changeGroup('wholesale', { planId: 'better' }),
    );
    expect(catalog.view.rateGroups.get('wholesale')).toEqual({
      id: 'wholesale',
      version: 2,
      owner: null,
      name: 'wholesale',
      planId: 'better',
    });
  });

  test.each([
    ['an id that exists', group('wholesale', 'standard'), ['id:id_taken']],
    ['a plan that is not there', group('x', 'nothing'), ['planId:unknown_plan']],
    ["a reseller's plan in the operator's group", group('x', 'own-plan'), ['planId:unknown_plan']],
    ['another owner', changeGroup('wholesale', { owner: 'reseller' }), ['owner:immutable']],
    [
      'a group of nobody',
      group('x', 'standard', { owner: 'nobody' }),
      ['owner:unknown_account', 'planId:unknown_plan'],
    ],
    ['an account in an unknown group', open('x', { rateGroupId: 'nothing' }), ['rateGroupId:unknown_rate_group']],
    [
      "an account elsewhere in a reseller's group",
      change('other', { rateGroupId: 'own-group' }),
      ['rateGroupId:unknown_rate_group'],
    ],
  ])('%s is refused', (_, command, faults) => {
    expect(refused(command)).toEqual(faults);
  });

  test("a reseller has groups of its own and learns nothing of the operator's", () => {
    const catalog = world();
    expect(catalog.run(change('customer', { rateGroupId: 'own-group' }), reseller).outcome).toBe('accepted');
    expect(catalog.view.accounts.get('customer')?.rateGroupId).toBe('own-group');
    expect(refused(changeGroup('wholesale', { name: 'x' }), reseller)).toEqual(['id:not_found']);
    expect(refused(change('customer', { rateGroupId: 'wholesale' }), reseller)).toEqual([
      'rateGroupId:unknown_rate_group',
    ]);
    expect(refused(group('x', 'own-plan', { owner: null }), reseller)).toContain('owner:operator_only');
  });
});

describe('bindings and overrides', () => {
  const bound = (...bindings: object[]): CatalogCommand => plan('x', [], { bindings });

  test.each([
    ['countries beside any country', [{ cardId: 'sell', countries: ['US'] }, { cardId: 'sell' }], []],
    [
      'classes beside any class',
      [
        { cardId: 'sell', trafficClass: 'otp', countries: ['US'] },
        { cardId: 'sell', countries: ['US'] },
      ],
      [],
    ],
    [
      'a country twice',
      [
        { cardId: 'sell', countries: ['US', 'CA'] },
        { cardId: 'sell', countries: ['MX', 'CA'] },
      ],
      ['bindings/1/countries:country_bound_twice'],
    ],
    [
      'a country twice in one',
      [{ cardId: 'sell', countries: ['US', 'US'] }],
      ['bindings/0/countries:country_bound_twice'],
    ],
    [
      'a class twice',
      [
        { cardId: 'sell', trafficClass: 'otp' },
        { cardId: 'sell', trafficClass: 'otp' },
      ],
      ['bindings/1/trafficClass:class_bound_twice'],
    ],
  ])('%s', (_, bindings, faults) => {
    expect(refused(bound(...bindings))).toEqual(faults);
    expect(refused(change('customer', { overrides: bindings }))).toEqual(
      faults.map((fault) => fault.replace('bindings', 'overrides')),
    );
  });

  test.each([
    ['a buy card', 'buy', ['overrides/0/cardId:not_a_sell_card']],
    ['nothing', 'nothing', ['overrides/0/cardId:unknown_card']],
    ["the reseller's card", 'own', []],
    ["the operator's card", 'sell', []],
  ])('%s before the plan of a customer', (_, cardId, faults) => {
    expect(refused(change('customer', { overrides: [{ cardId }] }))).toEqual(faults);
  });

  test("nobody overrides with a card of another tenant, or with the operator's as a reseller", () => {
    expect(refused(change('other', { overrides: [{ cardId: 'own' }] }))).toEqual(['overrides/0/cardId:unknown_card']);
    expect(refused(change('customer', { overrides: [{ cardId: 'sell' }] }), reseller)).toEqual([
      'overrides/0/cardId:unknown_card',
    ]);
    expect(refused(change('customer', { overrides: [{ cardId: 'own' }] }), reseller)).toEqual([]);
  });

  test('an agreed rate is between two currencies that exist', () => {
    const fx = (fixed: object): object => ({ fx: { rule: 'fixed', fixed } });
    expect(refused(changePlan('standard', fx({ 'USD/EUR': '0.92' })))).toEqual([]);
    expect(refused(changePlan('standard', fx({ 'USD/USD': '1', 'ZZZ/EUR': '2' })))).toEqual([
      'fx/fixed/USD~1USD:same_currency',
      'fx/fixed/ZZZ~1EUR:unknown_currency',
    ]);
  });
});

describe('terms of cards', () => {
  const markup = { percent: '10', floor: '0.01', ceiling: '0.02' };
  const derived = (body: object = {}): object => ({ derivation: { fromCardId: 'buy', markup, ...body } });

  test.each([
    ['a sell card that follows a buy card', card('x', derived()), []],
    ['a buy card that follows', card('x', { side: 'buy', ...derived() }), ['derivation:not_a_sell_card']],
    [
      'one that follows a sell card',
      changeCard('sell', derived({ fromCardId: 'sell' })),
      ['derivation/fromCardId:not_a_buy_card'],
    ],
    ['one that follows nothing', card('x', derived({ fromCardId: 'nothing' })), ['derivation/fromCardId:unknown_card']],
    ['one for voice', card('x', { service: 'voice', ...derived() }), ['derivation/fromCardId:other_service']],
    [
      'a floor above the ceiling',
      card('x', derived({ markup: { ...markup, floor: '0.03' } })),
      ['derivation/markup/floor:above_ceiling'],
    ],
    [
      'a group below nothing',
      card('x', derived({ groups: [{ name: 'g', countries: ['US'], markup: { percent: '-100.1' } }] })),
      ['derivation/groups/0/markup/percent:below_nothing'],
    ],
    ['a sell card with a conversion', card('x', { fx: {} }), ['fx:not_a_buy_card']],
    ['a buy card with one', card('x', { side: 'buy', fx: {} }), []],
  ])('%s', (_, command, faults) => {
    expect(refused(command)).toEqual(faults);
  });

  test("a reseller's card follows none, and does not learn which there are", () => {
    expect(refused(card('x', derived()), reseller)).toEqual([
      'derivation:operator_only',
      'derivation/fromCardId:unknown_card',
    ]);
  });
});

describe('exchange rates', () => {
  const day = (date: string, USD: string, publishedAt = NOW): object => ({ date, publishedAt, rates: { USD } });

  test('only days that say something new are published', () => {
    const catalog = world().given(fxRates('ecb', [day('2026-04-29', '1.13'), day('2026-04-30', '1.14')]));
    const before = catalog.events.length;
    catalog.given(fxRates('ecb', [day('2026-04-30', '1.14')]));
    expect(catalog.events).toHaveLength(before);
    catalog.given(fxRates('ecb', [day('2026-04-29', '1.13'), day('2026-04-30', '1.15')]));
    expect(JSON.parse(catalog.events.at(-1)?.data ?? '')).toMatchObject({
      source: 'ecb',
      base: 'EUR',
      days: [{ date: '2026-04-30', rates: { USD: '1.15' } }],
      knownAt: catalog.now,
    });
    // As it was at first says something new again.
    expect(faultsOf(catalog.when(fxRates('ecb', [day('2026-04-30', '1.14')])))).toEqual([]);
    expect(catalog.when(fxRates('ecb', [day('2026-04-30', '1.14')]))).toMatchObject({ events: [{}] });
  });

  test('every fault is named', () => {
    const catalog = world().given(fxRates('ecb', [day('2026-04-29', '1.13')]));
    const days = [
      { date: '2026-04-30', publishedAt: NOW, rates: { ZZZ: '1', USD: '1.1' } },
      { date: '2026-04-30', publishedAt: NOW + 86_400_000_001, rates: {} },
    ];
    expect(faultsOf(catalog.when(fxRates('ecb', days, 'USD')))).toEqual([
      'base:immutable',
      'days/0/rates/ZZZ:unknown_currency',
      'days/0/rates/USD:base_rate',
      'days/1/date:day_twice',
      'days/1/rates:no_rates',
      'days/1/publishedAt:in_the_future',
    ]);
    expect(refused(fxRates('ecb', [day('2026-04-30', '1')]), reseller)).toEqual([':operator_only']);
  });

  test('more than 250 days, and a rate of nothing, are refused before that', () => {
    const days = Array.from({ length: 251 }, (_, index) =>
      day(new Date(index * 86_400_000).toISOString().slice(0, 10), '1'),
    );
    expect(() => fxRates('ecb', days)).toThrow('too_big');
    expect(() => fxRates('ecb', days.slice(1))).not.toThrow();
    expect(() => fxRates('ecb', [day('2026-04-30', '0.00')])).toThrow('above zero');
    expect(() => fxRates('ecb', [day('2026-02-30', '1')])).toThrow('date');
  });
});

describe('notices', () => {
  test('each account is told once, all in one decision', () => {
    const catalog = world().given(publish('sell', 1, { effectiveFrom: NOW + 100 }), notices('sell', 1, 'reseller'));
    const decision = catalog.when(notices('sell', 1, 'reseller', 'other', 'customer'));
    expect(decision).toMatchObject({
      events: ['other', 'customer'].map((accountId) => ({
        aggregate: 'notice',
        aggregateId: `run-${accountId}`,
        type: 'NoticeIssued',
        data: { accountId, version: 1, effectiveFrom: 7, issuedAt: catalog.now },
      })),
    });
  });

  test.each([
    [
      'a buy card',
      notices('buy', 1, 'other'),
      ['notices/0/cardId:not_a_sell_card', 'notices/0/version:unknown_version'],
    ],
    ['nothing', notices('nothing', 1, 'other'), ['notices/0/cardId:unknown_card']],
    ['a withdrawn version', notices('sell', 2, 'other'), ['notices/0/version:unknown_version']],
    ['nobody', notices('sell', 1, 'nobody'), ['notices/0/accountId:unknown_account']],
    ['a closed account', notices('sell', 1, 'gone'), ['notices/0/accountId:account_closed']],
    ['an account twice', notices('sell', 1, 'other', 'other'), ['notices/1/id:notice_twice']],
  ])('about %s are refused', (_, command, faults) => {
    const catalog = world().given(
      open('gone'),
      close('gone'),
      publish('sell', 1),
      publish('sell', 2),
      { type: 'WithdrawRates', id: 'sell', version: 2 },
      publish('buy', 1),
      { type: 'WithdrawRates', id: 'buy', version: 1 },
    );
    expect(faultsOf(catalog.when(command))).toEqual(faults);
  });

  test('of a withdrawal the version may be withdrawn or none, and terms name no card', () => {
    const catalog = world().given(publish('sell', 1), { type: 'WithdrawRates', id: 'sell', version: 1 });
    const withdrawal = { kind: 'withdrawal', cardId: 'sell', version: null };
    expect(faultsOf(catalog.when(noticesOf(withdrawal, 'other')))).toEqual([]);
    expect(faultsOf(catalog.when(noticesOf({ ...withdrawal, kind: 'prices' }, 'other')))).toEqual([
      'notices/0/version:unknown_version',
    ]);
    const terms = { kind: 'terms', cardId: null, version: null, changes: null };
    expect(faultsOf(catalog.when(noticesOf(terms, 'other')))).toEqual([]);
  });

  test("a reseller tells its own customers of its own cards, and nobody of the operator's", () => {
    const catalog = world().given(publish('sell', 1), publish('own', 1));
    expect(faultsOf(catalog.when(notices('own', 1, 'customer'), reseller))).toEqual([]);
    expect(faultsOf(catalog.when(notices('own', 1, 'other'), reseller))).toEqual([
      'notices/0/accountId:unknown_account',
    ]);
    expect(faultsOf(catalog.when(notices('sell', 1, 'customer'), reseller))).toEqual(['notices/0/cardId:unknown_card']);
  });
});
