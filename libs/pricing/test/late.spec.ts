import fc from 'fast-check';
import type { UsageEvent } from '@ratestream/events';
import { parseMoney } from '@ratestream/money';
import { ClosedParts } from '../src/state/closed-parts.js';
import { money, NOON, rate, SECOND, step, world } from './world.js';

const CUSTOMER = 'sell customer→reseller #0';
const DAY = 86_400 * SECOND;

test('a part put away on two days is found by its last bytes', () => {
  const closed = new ClosedParts();
  const id = step('accepted').messageId;
  closed.put(id, 1, Buffer.from('old'), DAY);
  closed.put(id, 1, Buffer.from('new'), 2 * DAY);
  expect(closed.peek(id, 1)?.toString()).toBe('new');
  expect(closed.size).toBe(1);
  closed.expireBefore(2 * DAY);
  expect(closed.peek(id, 1)?.toString()).toBe('new');
});

test('a released leg that is due again owes by its moved billing time, whatever the order', () => {
  const life = [
    step('accepted'),
    step('submitted', { at: 4 }),
    step('undelivered', { at: 6 }),
    step('submitted', { attempt: 2, at: 7 }),
    step('delivered', { attempt: 2, at: 9 }),
  ] as const;
  const inOrder = (order: readonly number[]) => {
    const w = world();
    w.publish('sell-retail', 2, NOON + 3 * SECOND, [rate('0.07')]);
    return money(order.flatMap((at) => w.feed(life[at] as (typeof life)[number])));
  };
  expect(inOrder([1, 2, 0, 3, 4])).toEqual(inOrder([0, 1, 2, 3, 4]));
});

test('a submission is bought at one instant, whatever a receipt repeats of it and in whatever order', () => {
  const receipt = step('delivered', { at: 9 });
  const life = [
    step('accepted'),
    step('submitted', { at: 4 }),
    { ...receipt, times: { ...receipt.times, submitted: NOON + 2 * SECOND } },
  ] as const;
  const inOrder = (order: readonly number[]) => {
    const w = world();
    w.publish('buy', 2, NOON + 3 * SECOND, [rate('0.02')]);
    return money(order.flatMap((at) => w.feed(life[at] as (typeof life)[number])));
  };
  expect(inOrder([0, 2, 1])).toEqual(inOrder([0, 1, 2]));
});

const network = (mnc: string | null): Pick<UsageEvent, 'network'> => ({
  network: {
    reported: mnc === null ? null : { mcc: '234', mnc, country: 'GB', at: null, by: 'gateway' },
    ported: null,
    range: null,
  },
});
const parts = (reported: number | null): Pick<UsageEvent, 'parts'> => ({
  parts: { reported, computed8: null, computed16: null, assumed: reported === null },
});

test('steps that tell network, parts and class differently end in the same money in every order', () => {
  const facts = fc.record({
    mnc: fc.constantFrom(null, '10', '20'),
    reported: fc.constantFrom(null, 1, 2, 3),
    trafficClass: fc.constantFrom('otp', 'promotional'),
  });
  const names = ['accepted 0', 'submitted 1', 'undelivered 1', 'submitted 2', 'delivered 2', 'rejected 2'];
  fc.assert(
    fc.property(
      fc.array(facts, { minLength: names.length, maxLength: names.length }),
      fc
        .subarray(names, { minLength: 2 })
        .chain((some) => fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length }))),
      fc.constantFrom('accept', 'submit', 'delivered', 'final_not_rejected'),
      (told, [life, shuffled], basis) => {
        const usage = (name: string): UsageEvent => {
          const [event, attempt] = name.split(' ') as [string, string];
          const { mnc, reported, trafficClass } = told[names.indexOf(name)] as (typeof told)[number];
          return step(event, {
            attempt: Number(attempt), at: names.indexOf(name), trafficClass, ...network(mnc), ...parts(reported),
          }); // prettier-ignore
        };
        const inOrder = (order: readonly string[]) => {
          const w = world({ customerPlan: { basis }, buyCard: { basis } });
          w.publish('sell-retail', 2, NOON - SECOND, [
            rate('0.05'),
            rate('0.06', { country: 'GB', mcc: '234', mnc: '10' }),
            rate('0.07', { country: 'GB', mcc: '234', mnc: '20' }),
            rate('0.08', { trafficClass: 'promotional' }),
          ]);
          return money(order.flatMap((name) => w.feed(usage(name))));
        };
        const [first, other] = [inOrder(life), inOrder(shuffled)];
        // two terminal statuses of one attempt contradict each other: there the first to come counts
        if (!(life.includes('delivered 2') && life.includes('rejected 2'))) expect(other).toEqual(first);
      },
    ),
    { numRuns: 500 },
  );
});

test('a record of a life whose part is forgotten is noted, never charged again', () => {
  const w = world({ customerPlan: { basis: 'accept' } });
  expect(money(w.feed(step('accepted')))[CUSTOMER]?.amount).toBe(parseMoney('0.1'));
  w.feed(step('submitted', { at: 1 }));
  w.feed(step('delivered', { at: 2 }));
  w.state.sweep(NOON + DAY, 1, 100);
  w.state.closed.expireBefore(NOON + 9 * DAY);
  expect(w.state.part(step('accepted').messageId, 1)).toBeUndefined();
  const late = [
    step('undelivered', { attempt: 2, at: 10 * 86_400 }),
    step('delivered', { attempt: 3, at: 10 * 86_400 + 1 }),
  ].flatMap((one) => w.feed(one));
  expect(money(late)).toEqual({});
  expect(late).toMatchObject([{ kind: 'noted' }, { kind: 'noted' }]);
});

test('the receipt horizon counts from the last change of a part, also where all of it was folded anew', () => {
  const w = world({ customerPlan: { basis: 'accept' }, resellerPlan: { basis: 'accept' } });
  w.feed(step('accepted')); // rated a minute past noon
  w.state.sweep(NOON + 30 * DAY, 1, 100);
  w.state.expire(NOON + 30 * DAY);
  expect(w.state.part(step('accepted').messageId, 1)).toBeUndefined();
});

test('usage from before the ids that are still known is never charged by itself, however it comes again', () => {
  const w = world({ customerPlan: { basis: 'accept' } });
  const life = [step('accepted'), step('submitted', { at: 1 }), step('delivered', { at: 2 })];
  life.forEach((one) => w.feed(one));
  w.state.sweep(NOON + DAY, 1, 100);
  w.state.expire(NOON + 60 * DAY);
  expect(money(life.flatMap((one) => w.feed(one)))).toEqual({});
});
