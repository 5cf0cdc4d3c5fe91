import fc from 'fast-check';
import type { RatedEvent, UsageEvent } from '@ratestream/events';
import { parseMoney } from '@ratestream/money';
import { type PartState, decideRetry, decideTimeout, pack, unpack } from '../src/index.js';
import { money, NOON, rate, SECOND, step, world, type World } from './world.js';

const CUSTOMER = 'sell customer→reseller #0';
const RESELLER = 'sell reseller→operator #0';
const BUY = 'buy operator→sup #1';
const owes = (amount: string, held = '0') => ({ amount: parseMoney(amount), held: parseMoney(held) });
const live = (w: World, life: UsageEvent[]): RatedEvent[] => life.flatMap((one) => w.feed(one));

test('a delivered message: held when accepted, bought when submitted, settled when delivered', () => {
  const w = world();
  expect(money(live(w, [step('accepted')]))).toEqual({ [CUSTOMER]: owes('0', '0.1'), [RESELLER]: owes('0', '0.08') });
  expect(w.feed(step('submitted', { at: 1 }))).toMatchObject([
    { kind: 'rated', legs: [{ side: 'buy', action: 'settle', amount: parseMoney('0.02') }] },
  ]);
  expect(w.feed(step('delivered', { at: 9 }))).toMatchObject([
    {
      kind: 'rated',
      legs: [
        { payer: 'customer', action: 'settle', amount: parseMoney('0.1'), heldAmountFreed: parseMoney('0.1') },
        { payer: 'reseller', action: 'settle' },
      ],
    },
  ]);
});

test('an exact duplicate is nothing; other content under the same identity is one conflict and no second charge', () => {
  const w = world();
  w.feed(step('accepted'));
  expect(w.feed(step('accepted'))).toEqual([]);
  const other = step('accepted', { fingerprint: { version: 1, hash: 'ffffffffffffffffffffffffffffffff' } });
  expect(w.feed(other)).toMatchObject([{ kind: 'conflict', legs: [] }]);
  expect(w.feed(other)).toEqual([]);
});

test.each([
  ['undelivered', 'delivered', owes('0')],
  ['undelivered', 'final_not_rejected', owes('0.1')],
  ['rejected', 'final_not_rejected', owes('0')],
  ['expired', 'final_not_rejected', owes('0.1')],
  ['rejected', 'submit', owes('0.1')],
  ['submit_rejected', 'submit', owes('0')],
  ['submit_rejected', 'accept', owes('0.1')],
  ['blocked', 'accept', owes('0')],
] as const)('%s under basis %s leaves the customer owing %o', (event, basis, expected) => {
  const w = world({ customerPlan: { basis } });
  const total = money(live(w, [step('accepted'), step(event, { at: 5 })]))[CUSTOMER];
  expect(total ?? owes('0')).toEqual(expected);
});

test('a release after a failed attempt is corrected by the attempt that delivers, and both attempts are bought', () => {
  const w = world();
  const events = live(w, [
    step('accepted'),
    step('submitted', { at: 1 }),
    step('undelivered', { at: 4 }),
    step('submitted', { attempt: 2, at: 5 }),
    step('delivered', { attempt: 2, at: 9 }),
  ]);
  expect(money(events)).toEqual({
    [CUSTOMER]: owes('0.1'),
    [RESELLER]: owes('0.08'),
    [BUY]: owes('0.02'),
    'buy operator→sup #2': owes('0.02'),
  });
});

describe('every order of a life ends in the same money', () => {
  const lives: Record<string, UsageEvent[]> = {
    delivered: [step('accepted'), step('submitted', { at: 1 }), step('delivered', { at: 9 })],
    failover: [
      step('accepted'),
      step('submitted', { at: 1 }),
      step('undelivered', { at: 4 }),
      step('submitted', { attempt: 2, at: 5 }),
      step('delivered', { attempt: 2, at: 9 }),
    ],
    refused: [
      step('accepted'),
      step('submit_rejected', { at: 1 }),
      step('submitted', { attempt: 2, at: 2 }),
      step('rejected', { attempt: 2, at: 3 }),
    ],
    concatenated: [1, 2, 3].flatMap((part) => [
      step('accepted', { part, udh: { ref: 7, part, total: 3 } }),
      step('delivered', { part, at: 4 + part, udh: { ref: 7, part, total: 3 } }),
    ]),
  };
  const names = Object.keys(lives);
  test.each([
    ['per part', 'reported'],
    ['per message', 'perMessage'],
  ] as const)('%s', (_, partRule) => {
    fc.assert(
      fc.property(
        fc.constantFrom(...names),
        fc.constantFrom('accept', 'submit', 'delivered', 'final_not_rejected'),
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        fc.integer({ min: 0, max: 3 }),
        (name, basis, keys, repeats) => {
          const options = { customerPlan: { basis }, buyCard: { basis }, sellCard: { partRule } } as const;
          const life = lives[name] as UsageEvent[];
          const shuffled = [...life, ...life.slice(0, repeats)]
            .map((one) => ({ one, key: keys.next().value as number }))
            .sort((a, b) => a.key - b.key)
            .map(({ one }) => one);
          const priced = (w: World) => {
            w.publish('sell-retail', 2, NOON + 3 * SECOND, [rate('0.07')]);
            return w;
          };
          expect(money(live(priced(world(options)), shuffled))).toEqual(money(live(priced(world(options)), life)));
        },
      ),
    );
  });
});

describe('a part of which only receipts are known counts for what is due per message, in every order', () => {
  const first = { udh: { ref: 7, part: 1, total: 2 } };
  const lost = { recipient: null, part: 2 };
  const head = [step('accepted', first), step('submitted', { at: 1, ...first }), step('delivered', { at: 4, ...first })];
  test.each<[string, UsageEvent[], Record<string, unknown>]>([
    ['delivered', [step('delivered', { at: 5, ...lost })], { [CUSTOMER]: owes('0.05') }],
    ['delivered, by its header', [step('delivered', { at: 5, ...lost, udh: { ref: 7, part: 2, total: 2 } })], { [CUSTOMER]: owes('0.05') }],
    ['expired', [step('expired', { at: 5, ...lost })], {}],
    ['expired, then delivered', [step('expired', { at: 5, ...lost }), step('delivered', { attempt: 2, at: 6, ...lost })], { [CUSTOMER]: owes('0.05') }],
  ])('%s', (_, receipts, expected) => {
    const life = [...head, ...receipts];
    fc.assert(
      fc.property(fc.shuffledSubarray(life, { minLength: life.length }), (order) => {
        const owed = money(live(world({ sellCard: { partRule: 'perMessage' } }), order));
        expect(CUSTOMER in owed ? { [CUSTOMER]: owed[CUSTOMER] } : {}).toEqual(expected);
      }),
    );
  });
}); // prettier-ignore

test('a version goes live exactly at its instant, by billing time and not by arrival', () => {
  const w = world({ customerPlan: { basis: 'accept' } });
  w.publish('sell-retail', 2, NOON + SECOND, [rate('0.07')]);
  const before = w.feed(
    step('accepted', {
      id: 'a',
      messageId: '7d444840-9dc0-11d1-b245-5ffdce74fad3',
      times: { ...step('accepted').times, accepted: NOON + SECOND - 1 },
    }),
  );
  const at = w.feed(
    step('accepted', {
      id: 'b',
      messageId: '7d444840-9dc0-11d1-b245-5ffdce74fad4',
      times: { ...step('accepted').times, accepted: NOON + SECOND },
    }),
  );
  expect(before[0]?.legs[0]).toMatchObject({ rate: { version: 1 }, amount: parseMoney('0.1') });
  expect(at[0]?.legs[0]).toMatchObject({ rate: { version: 2 }, amount: parseMoney('0.14') });
});

test('a late real acceptance that moves the billing time before a price change is a correction of the same leg', () => {
  const w = world({ customerPlan: { basis: 'submit' } });
  w.publish('sell-retail', 2, NOON + SECOND, [rate('0.07')]);
  w.feed(step('submitted', { at: 2 }));
  const [event] = w.feed(step('accepted'));
  expect(event).toMatchObject({
    kind: 'adjustment',
    legs: [
      { action: 'reverse', amount: parseMoney('-0.14') },
      { action: 'settle', amount: parseMoney('0.1') },
    ],
  });
  expect(event?.correctsRatedId).not.toBeNull();
});

test('a hold without a receipt times out by its policy, and a receipt after it corrects', () => {
  const w = world({ resellerPlan: { basis: 'final_not_rejected' } });
  live(w, [step('accepted'), step('submitted', { at: 1 })]);
  const part = () => w.state.part(step('accepted').messageId, 1) as PartState;
  expect(decideTimeout(part(), NOON + 3600 * SECOND - 1, w.pricing)).toEqual([]);
  const [timeout] = decideTimeout(part(), NOON + 3600 * SECOND, w.pricing);
  expect(timeout).toMatchObject({
    event: 'timeout',
    cause: { type: 'timer' },
    deadline: null,
    legs: [
      { payer: 'customer', action: 'release' },
      { payer: 'reseller', action: 'settle' },
    ],
  });
  w.state.apply(timeout as RatedEvent);
  expect(decideTimeout(part(), NOON + 3600 * SECOND, w.pricing)).toEqual([]);
  expect(w.feed(step('delivered', { at: 4000 }))).toMatchObject([
    { legs: [{ payer: 'customer', action: 'settle', amount: parseMoney('0.1') }] },
  ]);
});

test('a leg that is due by the terms of now alone is shown by a retry, once, also without a price', () => {
  const w = world({ rates: false, customerPlan: { basis: 'submit' } });
  w.publish('sell-wholesale', 1, 0, [rate('0.04')]);
  w.publish('sell-retail', 1, 0, [rate('0.05', { basis: 'delivered' })]);
  expect(w.feed(step('undelivered', { at: 4 })).flatMap(({ legs }) => legs)).toMatchObject([{ side: 'buy', action: 'unrated' }]);
  w.publish('sell-retail', 2, 0, [rate('0.05', { country: 'FR' })]);
  const retry = () => decideRetry(w.state.part(step('accepted').messageId, 1) as PartState, w.state, w.pricing);
  const [shown] = retry();
  expect(shown).toMatchObject({ kind: 'unrated', legs: [{ payer: 'customer', action: 'unrated', reason: 'no_rate' }] });
  w.state.apply(shown as RatedEvent);
  expect(retry()).toEqual([]);
}); // prettier-ignore

test('no rate is an unrated leg with its reason, never zero, and the other legs are charged; a later version prices it', () => {
  const w = world({ rates: false });
  w.publish('sell-wholesale', 1, 0, [rate('0.04')]);
  w.publish('buy', 1, 0, [rate('0.01', { country: 'FR' })]);
  const events = live(w, [step('accepted'), step('submitted', { at: 1 })]);
  expect(events[0]).toMatchObject({
    kind: 'rated',
    legs: [
      { payer: 'customer', action: 'unrated', reason: 'no_version' },
      { payer: 'reseller', action: 'hold' },
    ],
  });
  expect(events[1]).toMatchObject({
    kind: 'unrated',
    legs: [{ side: 'buy', reason: 'no_rate', rate: { cardId: 'buy', version: 0 } }],
  });
  expect([...w.state.waitingCards()].sort()).toEqual(['buy', 'sell-retail']);
  w.publish('sell-retail', 1, 0, [rate('0.05')]);
  const part = w.state.part(step('accepted').messageId, 1) as PartState;
  const [retried] = decideRetry(part, w.state, w.pricing);
  expect(retried).toMatchObject({
    kind: 'rated',
    cause: { type: 'catalog' },
    correctsRatedId: events[1]?.ratedId,
    legs: [{ payer: 'customer', action: 'hold', heldAmount: parseMoney('0.1') }],
  });
  w.state.apply(retried as RatedEvent);
  expect(w.state.waitingCards()).toEqual(['buy']);
});

test('usage older than the id horizon is never charged by itself', () => {
  const w = world({ customerPlan: { basis: 'accept' } });
  const old = step('accepted', { rawAppendedAt: NOON + 45 * 86_400 * SECOND + 1 });
  expect(w.feed(old)).toMatchObject([{ kind: 'unrated', legs: [{ reason: 'too_old' }, { reason: 'too_old' }] }]);
});

test('a bare receipt waits for its message and is applied when that comes', () => {
  const w = world();
  const bare = step('delivered', { at: 9, recipient: null, country: null });
  expect(w.feed(bare)).toMatchObject([{ kind: 'noted', reason: 'awaiting_message', legs: [] }]);
  expect(money(w.feed(step('accepted')))).toEqual({
    [CUSTOMER]: owes('0.1'),
    [RESELLER]: owes('0.08'),
    [BUY]: owes('0.02'),
  });
});

test('a contradicting terminal status is noted; the sell side keeps the first, the buy side follows delivered', () => {
  const w = world({ buyCard: { basis: 'delivered' } });
  live(w, [step('accepted'), step('undelivered', { at: 3 })]);
  expect(w.feed(step('delivered', { at: 4 }))).toMatchObject([
    { reason: 'status_conflict', legs: [{ side: 'buy', action: 'settle' }] },
  ]);
});

test('a packed part decides as the open one did', () => {
  const w = world();
  live(w, [step('accepted'), step('submitted', { at: 1 })]);
  const part = w.state.part(step('accepted').messageId, 1) as PartState;
  const back = unpack(pack(part));
  expect({ ...back, last: null }).toEqual({ ...part, last: null });
});

test('replaying the rated events gives a state that answers every usage with nothing', () => {
  const w = world();
  const life = [step('accepted'), step('submitted', { at: 1 }), step('delivered', { at: 9 })];
  const events = live(w, life);
  const fresh = world();
  events.forEach((event) => fresh.state.apply(event));
  expect(live(fresh, life)).toEqual([]);
});
