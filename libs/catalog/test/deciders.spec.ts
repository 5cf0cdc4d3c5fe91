import { OPERATOR, SOURCE_NOTICE_MICROS, type Authority } from '../src/index.js';
import {
  card,
  change,
  changeCard,
  changePlan,
  close,
  connection,
  key,
  open,
  plan,
  publish,
  source,
  supplier,
} from './commands.js';
import { faultsOf, NOW, TestCatalog } from './given.js';

const reseller: Authority = { scope: 'reseller', permissions: ['read', 'write', 'admin'] };
const world = (): TestCatalog =>
  new TestCatalog().given(
    card('sell'),
    card('buy', { side: 'buy' }),
    plan('standard', ['sell']),
    open('reseller', { planId: 'standard' }),
    open('other'),
    open('customer', { parentId: 'reseller' }),
  );

describe('accounts', () => {
  test('a root payer gets the least loaded partition, an account below it none', () => {
    const catalog = new TestCatalog().given(open('a'), open('b'), open('c'), open('d'), open('a1', { parentId: 'a' }));
    expect(['a', 'b', 'c', 'd', 'a1'].map((id) => catalog.view.accounts.get(id)?.partition)).toEqual([
      0,
      1,
      2,
      0,
      null,
    ]);
  });

  test('a closed root frees its place, but keeps its own partition', () => {
    const catalog = new TestCatalog().given(open('a'), open('b'), open('c'), close('b'), open('d'));
    expect(catalog.view.accounts.get('b')?.partition).toBe(1);
    expect(catalog.view.accounts.get('d')?.partition).toBe(1);
  });

  test.each([
    ['a currency that does not exist', open('x', { currency: 'ZZZ' }), 'currency:unknown_currency'],
    ['an unknown parent', open('x', { parentId: 'nobody' }), 'parentId:unknown_parent'],
    ['itself as parent', open('x', { parentId: 'x' }), 'parentId:unknown_parent'],
    ['an unknown plan', open('x', { planId: 'nothing' }), 'planId:unknown_plan'],
    ['an id that exists', open('reseller'), 'id:id_taken'],
    ['another parent', change('customer', { parentId: 'other' }), 'parentId:immutable'],
    ['another partition', change('other', { partition: 2 }), 'partition:immutable'],
    ['another currency later', change('customer', { currency: 'USD' }), 'currency:immutable'],
    ['nobody', change('nobody', { name: 'x' }), 'id:not_found'],
    ['closing above open accounts', close('reseller'), 'id:children_open'],
  ])('%s is refused', (_, command, fault) => {
    expect(faultsOf(world().when(command))).toEqual([fault]);
  });

  test('every fault is named at once', () => {
    expect(faultsOf(world().when(open('x', { currency: 'ZZZ', parentId: 'nobody', planId: 'nothing' })))).toEqual([
      'currency:unknown_currency',
      'parentId:unknown_parent',
      'planId:unknown_plan',
    ]);
  });

  test('a closed account opens no child, and its id is not free again', () => {
    const catalog = world().given(close('other'));
    expect(faultsOf(catalog.when(open('x', { parentId: 'other' })))).toEqual(['parentId:parent_closed']);
    expect(faultsOf(catalog.when(open('other')))).toEqual(['id:id_taken']);
    expect(faultsOf(catalog.when(change('other', { name: 'x' })))).toEqual(['id:account_closed']);
  });

  test('a change that changes nothing makes no event', () => {
    expect(world().when(change('customer', { name: 'customer', parentId: 'reseller' }))).toEqual({
      outcome: 'accepted',
      events: [],
    });
  });

  test('the tree ends at sixteen levels', () => {
    const catalog = new TestCatalog().given(open('l1'));
    for (let level = 2; level <= 16; level += 1) catalog.given(open(`l${level}`, { parentId: `l${level - 1}` }));
    expect(faultsOf(catalog.when(open('l17', { parentId: 'l16' })))).toEqual(['parentId:too_deep']);
  });
});

describe('a reseller', () => {
  test('opens accounts below itself, by default directly', () => {
    const catalog = world();
    catalog.run(open('mine'), reseller);
    expect(catalog.view.chain('mine')).toEqual(['mine', 'reseller']);
  });

  test.each([
    ['a root payer', open('x', { parentId: null }), ['parentId:operator_only']],
    ['an account elsewhere', open('x', { parentId: 'other' }), ['parentId:unknown_parent']],
    ['its own limit', change('reseller', { creditLimit: '1000000' }), ['id:own_account']],
    ["another tenant's account", change('other', { name: 'x' }), ['id:not_found']],
    ['closing itself', close('reseller'), ['id:own_account']],
    ["the operator's card", changeCard('sell', { name: 'x' }), ['id:not_found']],
    ['a buy card', card('x', { side: 'buy' }), ['side:reseller_buy_card']],
    ['a card for another', card('x', { owner: 'other' }), ['owner:unknown_account']],
    ['a card of the operator', card('x', { owner: null }), ['owner:operator_only']],
    ["a plan over the operator's card", plan('x', ['sell']), ['bindings/0/cardId:unknown_card']],
    ["prices of the operator's card", publish('sell', 1), ['id:not_found']],
    ["the operator's plan for its customer", change('customer', { planId: 'standard' }), ['planId:unknown_plan']],
    ['a supplier', supplier('x'), [':operator_only']],
    ['a source', source('x'), [':operator_only']],
    ['a key above itself', key('k', { scope: 'operator' }), ['scope:unknown_account']],
    ['a key for another', key('k', { scope: 'other' }), ['scope:unknown_account']],
  ])('is refused %s', (_, command, faults) => {
    expect(faultsOf(world().when(command, reseller))).toEqual(faults);
  });

  test('sells to its customers with a card, a plan and a key of its own', () => {
    const catalog = world();
    for (const command of [
      card('own'),
      publish('own', 1),
      plan('own-plan', ['own']),
      change('customer', { planId: 'own-plan' }),
      key('c0', { scope: 'customer' }),
    ]) {
      expect(catalog.run(command, reseller).outcome).toBe('accepted');
    }
    expect(catalog.view.cards.get('own')).toMatchObject({ owner: 'reseller' });
    expect(faultsOf(catalog.when(change('other', { planId: 'own-plan' })))).toEqual(['planId:unknown_plan']);
  });
});

describe('cards and plans', () => {
  test.each([
    ['a currency for no money', card('x', { currency: 'XXX' }), 'currency:unknown_currency'],
    ['another side', changeCard('sell', { side: 'buy' }), 'side:immutable'],
    ['a binding to nothing', plan('x', ['nothing']), 'bindings/0/cardId:unknown_card'],
    ['a binding to a buy card', plan('x', ['buy']), 'bindings/0/cardId:not_a_sell_card'],
    ['a class bound twice', plan('x', ['sell', 'sell']), 'bindings/1/trafficClass:class_bound_twice'],
    ['a supplier with a sell card', supplier('x', { buyCardId: 'sell' }), 'buyCardId:not_a_buy_card'],
    ['a supplier in a currency that does not exist', supplier('x', { currency: 'ABC' }), 'currency:unknown_currency'],
    ['a connection of nobody', connection('x', 'nobody'), 'supplierId:unknown_supplier'],
    ['a connection with a sell card', connection('x', 'nobody', { buyCardId: 'sell' }), 'buyCardId:not_a_buy_card'],
    ['a version number that is taken', publish('sell', 7), 'version:version_taken'],
    ['a version without rates', publish('sell', 1, { rowSet: { rows: 0, chunks: 0, sha256: '' } }), ':no_rows'],
  ])('%s is refused', (_, command, fault) => {
    expect(faultsOf(world().when(command))).toContain(fault);
  });

  test.each([
    ['a microsecond ago', -1, false, ['effectiveFrom:in_the_past']],
    ['now', 0, false, []],
    ['a microsecond ahead', 1, false, []],
    ['a microsecond ago, backdated', -1, true, []],
  ])('effective %s', (_, offset, backdated, faults) => {
    expect(faultsOf(world().when(publish('sell', 1, { effectiveFrom: NOW + offset, backdated })))).toEqual(faults);
  });

  test('a version takes the place of a scheduled one in one step, and of nothing else', () => {
    const catalog = world().given(
      publish('sell', 1),
      publish('sell', 2, { effectiveFrom: NOW + 100 }),
      publish('sell', 3, { effectiveFrom: NOW + 100, insteadOf: 2 }),
    );
    expect(
      catalog.view
        .everyVersion('sell')
        .map(({ version, supersedes, withdrawnAt }) => [version, supersedes, withdrawnAt === null]),
    ).toEqual([
      [1, null, true],
      [2, 1, false],
      [3, 1, true],
    ]);
    const instead = (insteadOf: number): unknown =>
      faultsOf(catalog.when(publish('sell', 4, { effectiveFrom: NOW + 200, insteadOf })));
    expect([instead(3), instead(2), instead(9), instead(1)]).toEqual([
      [],
      ['insteadOf:withdrawn'],
      ['insteadOf:not_found'],
      ['insteadOf:in_force'],
    ]);
  });

  test('versions count from 1, name what they supersede, and are withdrawn for ever', () => {
    const catalog = world().given(
      publish('sell', 1),
      publish('sell', 2, { effectiveFrom: NOW + 100 }),
      publish('sell', 3, { effectiveFrom: NOW + 50 }),
      { type: 'WithdrawRates', id: 'sell', version: 3 },
      publish('sell', 4, { effectiveFrom: NOW + 60 }),
    );
    expect(catalog.view.everyVersion('sell').map(({ version, supersedes }) => [version, supersedes])).toEqual([
      [1, null],
      [2, 1],
      [3, 1],
      [4, 1],
    ]);
    expect(catalog.view.versions('sell').map(({ version }) => version)).toEqual([1, 2, 4]);
    expect(catalog.when({ type: 'WithdrawRates', id: 'sell', version: 3 })).toEqual({
      outcome: 'accepted',
      events: [],
    });
    expect(faultsOf(catalog.when({ type: 'WithdrawRates', id: 'sell', version: 9 }))).toEqual(['id:not_found']);
  });

  test("a plan's version goes up with each change", () => {
    const catalog = world().given(
      changePlan('standard', { basis: 'delivered' }),
      changePlan('standard', { basis: 'delivered' }),
    );
    expect(catalog.view.plans.get('standard')).toMatchObject({ version: 2, basis: 'delivered' });
    expect(catalog.view.streamVersion('plan', 'standard')).toBe(2);
  });
});

describe('sources', () => {
  test('the first configuration counts from the beginning, a later one after five minutes', () => {
    const catalog = world().given(
      source('gw', { defaultAccount: 'other' }),
      source('gw', { defaultAccount: 'customer' }),
    );
    const accountAt = (at: number): unknown => catalog.view.sourceAt('gw', at)?.defaultAccount;
    expect(accountAt(0)).toBe('other');
    expect(accountAt(NOW + SOURCE_NOTICE_MICROS - 1)).toBe('other');
    expect(accountAt(NOW + SOURCE_NOTICE_MICROS)).toBe('customer');
    expect(catalog.view.sourceAt('none', NOW)).toBeUndefined();
  });

  test.each([
    [SOURCE_NOTICE_MICROS - 1, ['effectiveFrom:too_soon']],
    [SOURCE_NOTICE_MICROS, []],
  ])('a change %d µs ahead', (ahead, faults) => {
    const catalog = world().given(source('gw'));
    expect(faultsOf(catalog.when(source('gw', { defaultAccount: 'other', effectiveFrom: NOW + ahead })))).toEqual(
      faults,
    );
  });

  test('a newer change replaces what was announced from its instant on', () => {
    const catalog = world().given(
      source('gw'),
      source('gw', { defaultAccount: 'other', effectiveFrom: NOW + 2 * SOURCE_NOTICE_MICROS }),
      source('gw', { defaultAccount: 'customer', effectiveFrom: NOW + SOURCE_NOTICE_MICROS }),
    );
    expect(catalog.view.sourceAt('gw', NOW + 3 * SOURCE_NOTICE_MICROS)?.defaultAccount).toBe('customer');
  });

  test('targets must exist; the same again is nothing', () => {
    const catalog = world().given(
      supplier('s'),
      connection('s-1', 's'),
      source('gw', { connections: { smsc: 's-1' } }),
    );
    expect(
      faultsOf(
        catalog.when(
          source('gw', { accounts: { u: 'nobody' }, connections: { smsc: 'none' }, defaultAccount: 'nobody' }),
        ),
      ),
    ).toEqual(['accounts/u:unknown_target', 'connections/smsc:unknown_target', 'defaultAccount:unknown_account']);
    expect(catalog.when(source('gw', { connections: { smsc: 's-1' } }))).toEqual({ outcome: 'accepted', events: [] });
  });
});

describe('keys', () => {
  test('a revoked key stays known as revoked, and its id and secret are not free again', () => {
    const catalog = world().given(key('a1'), { type: 'RevokeApiKey', id: 'a1' });
    expect(catalog.view.apiKeyByHash('a1'.padEnd(64, '0'))).toMatchObject({ revoked: true });
    expect(faultsOf(catalog.when(key('a1')))).toEqual(['id:id_taken']);
    expect(faultsOf(catalog.when({ ...key('b1'), hash: 'a1'.padEnd(64, '0') } as never))).toEqual([
      'hash:secret_taken',
    ]);
  });

  test.each([
    [['write'], ['read', 'ingest'], ['permissions:more_than_own']],
    [['read', 'write'], ['admin'], ['permissions:more_than_own']],
    [['read', 'write'], ['read'], []],
    [['admin'], ['read', 'ingest', 'admin'], []],
  ] as const)('who may %j issues a key for %j', (own, asked, faults) => {
    expect(faultsOf(world().when(key('k', { permissions: asked }), { scope: 'reseller', permissions: own }))).toEqual(
      faults,
    );
  });

  test('keys are of the person who issues them; only the installation makes new persons, who may have several', () => {
    // Issued by the one before: the hash of each is made of its id.
    const catalog = world().given(
      key('a0'),
      key('b0', {}, 'a0'),
      key('b1', { person: 'b0' }, 'a0'),
      key('c0', {}, 'a0'),
      key('b2', {}, 'b1'),
      key('b3', { person: 'b0' }, 'b2'),
      key('a9'),
    );
    const { view } = catalog;
    const persons = ['a0', 'a9', 'b0', 'b1', 'b2', 'b3', 'c0', 'fx-feed'].map((id) => view.personOf(id));
    expect(persons).toEqual([OPERATOR, OPERATOR, 'b0', 'b0', 'b0', 'b0', 'c0', 'fx-feed']);
    expect(faultsOf(catalog.when(key('d0', { person: 'c0' }, 'b3')))).toEqual(['person:other_person']);
    expect(() => key('d1', { person: OPERATOR }, 'a0')).toThrow('reserved');
  });

  test('a key that has expired already is refused', () => {
    expect(faultsOf(world().when(key('a1', { expiresAt: NOW })))).toEqual(['expiresAt:in_the_past']);
  });
});
