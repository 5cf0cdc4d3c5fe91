import fc from 'fast-check';
import { messageIdOf, type UsageEvent } from '@ratestream/events';
import {
  deadlineOf,
  decideRetry,
  decideTimeout,
  decideUsage,
  pack,
  RatingState,
  type PartState,
} from '../src/index.js';
import { NOON, rate, SECOND, step, world, type World } from './world.js';

const HOUR = 3_600 * SECOND;
const MESSAGES = 4;

/** What a task does to its state, in any order. */
type Act =
  | { readonly usage: UsageEvent }
  | { readonly passes: number; readonly quiet: number }
  | { readonly publish: boolean }
  | { readonly does: 'time out' | 'retry' | 'restart' };

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: usageOf() },
  { weight: 2, arbitrary: fc.record({ passes: fc.constantFrom(0, HOUR, 30 * HOUR, 8 * 24 * HOUR), quiet: fc.constantFrom(0, HOUR) }) },
  { weight: 1, arbitrary: fc.record({ publish: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ does: fc.constantFrom('time out', 'retry', 'restart') }) },
); // prettier-ignore

function usageOf(): fc.Arbitrary<Act> {
  const what = fc.constantFrom('accepted', 'submitted', 'delivered', 'undelivered');
  return fc.tuple(fc.nat(MESSAGES - 1), fc.constantFrom(1, 2), what, fc.constantFrom(1, 2), fc.nat(90)).map(([n, part, event, attempt, at]) => {
    const tries = event === 'accepted' ? {} : { attempt };
    return { usage: step(event, { id: `m${n}`, messageId: messageIdOf('gw', `m${n}`), part, udh: { ref: 7, part, total: 2 }, at: at * 60, ...tries }) };
  });
} // prettier-ignore

/** What is remembered beside the parts, told by the parts themselves. */
function expectConsistent(state: RatingState): void {
  const open = [...state.openEntries()];
  const due = open.filter(({ legs }) => deadlineOf(legs) !== null).map(keyOf);
  expect(state.deadlines.size).toBe(due.length);
  expect(new Set(state.deadlines.due(Number.MAX_SAFE_INTEGER, 1_000))).toEqual(new Set(due));
  const unrated = open.filter(({ legs }) => legs.some(({ action }) => action === 'unrated')).map(keyOf);
  expect(new Set(state.waitingCards().flatMap((card) => state.waitingFor(card)))).toEqual(new Set(unrated));
  for (const { last } of open) expect(state.closed.peek(last.messageId, last.part)).toBeUndefined();
}

function keyOf({ last: { messageId, part } }: PartState): string {
  return part === 1 ? messageId : `${messageId}|${part}`;
}

/** The state that a checkpoint of this one restores. */
function restored(from: RatingState): RatingState {
  const state = new RatingState();
  for (const entry of from.ids.entries()) state.ids.load(entry);
  for (const block of from.closed.blocks()) state.closed.load(block);
  for (const part of from.openEntries()) state.restore(pack(part));
  state.restoreIdsFrom(from.idsFrom);
  return state;
}

function play(w: World, acts: readonly Act[]): void {
  let { state } = w;
  let now = NOON;
  let version = 1;
  const decided = (part: PartState | undefined, decide: (part: PartState) => ReturnType<typeof decideUsage>): void =>
    (part === undefined ? [] : decide(part)).forEach((event) => state.apply(event));
  for (const [offset, one] of acts.entries()) {
    const pricing = { ...w.pricing, ratedAt: now, knownAt: now };
    if ('usage' in one) decideUsage(one.usage, { partition: 0, offset }, state, pricing).forEach((event) => state.apply(event));
    else if ('passes' in one) state.sweep((now += one.passes), one.quiet, 1_000);
    else if ('publish' in one) w.publish('sell-retail', ++version, NOON - HOUR, [rate('0.05', one.publish ? {} : { country: 'FR' })]);
    else if (one.does === 'time out')
      for (const key of state.deadlines.due(now, 1_000)) decided(state.partByKey(key), (part) => decideTimeout(part, now, pricing));
    else if (one.does === 'retry')
      for (const key of state.waitingCards().flatMap((card) => state.waitingFor(card))) decided(state.partByKey(key), (part) => decideRetry(part, state, pricing));
    else state = restored(state);
    expectConsistent(state);
  }
} // prettier-ignore

test('deadlines, what waits for rates and what was put away are those of the parts, whatever a task does', () => {
  fc.assert(
    fc.property(fc.array(act, { minLength: 5, maxLength: 60 }), (acts) => play(world(), acts)),
    { numRuns: 300 },
  );
});
