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

test('usage from before the ids that are still known is never charged by itself, however it comes again', () => {
  const w = world({ customerPlan: { basis: 'accept' } });
  const life = [step('accepted'), step('submitted', { at: 1 }), step('delivered', { at: 2 })];
  life.forEach((one) => w.feed(one));
  w.state.sweep(NOON + DAY, 1, 100);
  w.state.expire(NOON + 60 * DAY);
  expect(money(life.flatMap((one) => w.feed(one)))).toEqual({});
});
