import fc from 'fast-check';
import { messageIdOf } from '@ratestream/events';
import { ClosedParts } from '../src/state/closed-parts.js';
import { DeadlineIndex } from '../src/state/deadline-index.js';
import { IdTable } from '../src/index.js';

const DAY = 86_400_000_000;
const id = (n: number): string => messageIdOf('gw', String(n));
const hash = (n: number): string => n.toString(16).padStart(16, '0');

test('the id table answers as a map does, also after it has grown and from its entries', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(300), fc.nat(1_000)), { maxLength: 2_000 }), (adds) => {
      const table = new IdTable(8);
      const map = new Map<string, string>();
      for (const [key, content] of adds) {
        table.add(id(key), hash(content), DAY);
        if (!map.has(id(key))) map.set(id(key), hash(content));
      }
      const copy = new IdTable(8);
      for (const entry of table.entries()) copy.load(entry);
      for (let key = 0; key <= 300; key++) {
        expect(table.get(id(key))).toBe(map.get(id(key)));
        expect(copy.get(id(key))).toBe(map.get(id(key)));
      }
      expect(table.size).toBe(map.size);
    }),
    { numRuns: 50 },
  );
});

test('ids billed before the horizon are dropped, the others stay', () => {
  const table = new IdTable();
  for (let day = 0; day < 10; day++) table.add(id(day), hash(day), day * DAY + 1);
  table.expireBefore(4 * DAY);
  expect(Array.from({ length: 10 }, (_, day) => table.get(id(day)) !== undefined)).toEqual([
    false,
    false,
    false,
    false,
    true,
    true,
    true,
    true,
    true,
    true,
  ]);
});

test('a closed part is found until it is taken or its day has passed, and put away again it has its last bytes', () => {
  const closed = new ClosedParts();
  for (let n = 0; n < 5_000; n++) closed.put(id(n), 1 + (n % 3), Buffer.from(`part ${n}`), DAY * (n % 2));
  expect(closed.peek(id(77), 1 + (77 % 3))?.toString()).toBe('part 77');
  expect(closed.peek(id(77), 1 + ((77 + 1) % 3))).toBeUndefined();
  expect(closed.take(id(77), 1 + (77 % 3))?.toString()).toBe('part 77');
  expect(closed.take(id(77), 1 + (77 % 3))).toBeUndefined();
  closed.put(id(77), 1 + (77 % 3), Buffer.from('again'), DAY);
  expect(closed.peek(id(77), 1 + (77 % 3))?.toString()).toBe('again');
  expect(closed.size).toBe(5_000);
  closed.expireBefore(DAY);
  expect(closed.peek(id(78), 1 + (78 % 3))).toBeUndefined();
  expect(closed.peek(id(77), 1 + (77 % 3))?.toString()).toBe('again');
});

test('what was put away is in the blocks of its checkpoint as it was last, whatever came between', () => {
  const steps = fc.array(
    fc.oneof(
      fc.record({ put: fc.nat(40), day: fc.nat(3), bytes: fc.string({ maxLength: 3_000 }) }),
      fc.record({ take: fc.nat(40) }),
      fc.record({ checkpoint: fc.constant(true) }),
    ),
    { maxLength: 150 },
  );
  fc.assert(
    fc.property(steps, (all) => {
      const closed = new ClosedParts();
      const restored = new ClosedParts();
      const model = new Map<number, string>();
      for (const step of all) {
        if ('put' in step) {
          closed.put(id(step.put), 1, Buffer.from(step.bytes), step.day * DAY);
          model.set(step.put, step.bytes);
        } else if ('take' in step) {
          expect(closed.take(id(step.take), 1)?.toString()).toBe(model.get(step.take));
          model.delete(step.take);
        } else restored.load(Buffer.concat(closed.newBlocks()));
      }
      restored.load(Buffer.concat(closed.newBlocks()));
      const whole = new ClosedParts();
      for (const block of closed.blocks()) whole.load(block);
      for (let key = 0; key <= 40; key++) {
        const expected = model.get(key);
        expect(closed.peek(id(key), 1)?.toString()).toBe(expected);
        if (expected === undefined) continue; // taken: it is among the open parts of the checkpoint, which take it out
        expect(restored.peek(id(key), 1)?.toString()).toBe(expected);
        expect(whole.peek(id(key), 1)?.toString()).toBe(expected);
      }
      expect(closed.size).toBe(model.size);
    }),
    { numRuns: 200 },
  );
});

test('parts put away and taken out for ever need no more slots than are in use at once', () => {
  const closed = new ClosedParts();
  for (let n = 0; n < 20_000; n++) {
    closed.put(id(n), 1, Buffer.from(String(n)), DAY);
    if (n >= 100) closed.drop(id(n - 100), 1);
  }
  expect(closed.size).toBe(100);
  expect(closed.slots).toBe(1024);
  expect(closed.peek(id(19_950), 1)?.toString()).toBe('19950');
  expect(closed.peek(id(19_899), 1)).toBeUndefined();
});

test('any number of distinct minutes is looked through: scheduled messages lie as far ahead as they like', () => {
  const index = new DeadlineIndex();
  for (let n = 0; n < 300_000; n++) index.set(String(n), n * 60_000_000, null);
  expect(index.due(60_000_000, 10)).toEqual(['0', '1']);
});

test('a deadline is due in its minute, moves, and goes when it is settled', () => {
  const index = new DeadlineIndex();
  index.set('a', 60_000_000, null);
  index.set('b', 180_000_000, null);
  index.set('b', 60_000_001, 180_000_000);
  expect(index.due(59_999_999, 10)).toEqual([]);
  expect(index.due(60_000_000, 10)).toEqual(['a', 'b']);
  index.set('a', null, 60_000_000);
  expect(index.due(60_000_000, 10)).toEqual(['b']);
  expect(index.size).toBe(1);
});
