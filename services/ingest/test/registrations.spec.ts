import fc from 'fast-check';
import { randomUUID } from 'node:crypto';
import { type Registration, Registrations } from '../src/correlation/registrations.js';

const HORIZON = 7 * 86_400_000;
const START = Date.UTC(2026, 4, 1);
const make = (more: Partial<Registration> = {}): Registration => ({
  messageId: randomUUID(),
  account: 'acme',
  attempt: 1,
  part: 1,
  at: 0,
  appendedAt: START,
  ...more,
});

test('what was put in comes out, whole', () => {
  const all = new Registrations(HORIZON);
  const kept = new Map<string, Registration>();
  for (let i = 0; i < 20_000; i++) {
    const registration = make({
      account: `a${i % 7}`,
      attempt: i % 1001,
      part: (i % 255) + 1,
      at: i * 1e9,
      appendedAt: START + i,
    });
    kept.set(`c|atlas|${i}`, registration);
    all.add(`c|atlas|${i}`, registration);
  }
  expect(all.size).toBe(20_000);
  for (const [key, registration] of kept) expect(all.find(key, START)).toEqual(registration);
  expect(all.find('c|atlas|20000', START)).toBeUndefined();
});

test('agrees with a plain map over days of registering, asking and forgetting', () => {
  const steps = fc.array(fc.tuple(fc.nat(20), fc.nat(5), fc.nat(72)), { maxLength: 200 });
  fc.assert(
    fc.property(steps, (drawn) => {
      const all = new Registrations(HORIZON);
      const map = new Map<string, Registration>();
      const lives = (r: Registration | undefined, now: number): Registration | undefined =>
        r !== undefined && r.appendedAt + HORIZON >= now ? r : undefined;
      let now = START;
      for (const [id, at, hours] of drawn) {
        now += hours * 3_600_000;
        const key = `k${id}`;
        const registration = make({ at, appendedAt: now });
        all.expire(now);
        expect(all.find(key, now)).toEqual(lives(map.get(key), now));
        const before = lives(map.get(key), now);
        if (before === undefined || before.at <= at) map.set(key, registration);
        all.add(key, registration);
        expect(all.find(key, now)).toEqual(lives(map.get(key), now));
      }
      for (const [key, registration] of map) expect(all.find(key, now)).toEqual(lives(registration, now));
    }),
  );
});

test('who claims a key first keeps it, until it is forgotten', () => {
  const all = new Registrations(HORIZON);
  const first = make({ at: 1 });
  all.claim('k', first);
  all.claim('k', make({ at: 2, appendedAt: START + 1 }));
  expect(all.find('k', START)).toEqual(first);
  const later = make({ appendedAt: START + HORIZON + 1 });
  all.claim('k', later);
  expect(all.find('k', START + HORIZON + 1)).toEqual(later);
});

test('segments past the horizon are let go', () => {
  const all = new Registrations(HORIZON);
  for (let day = 0; day < 30; day++) {
    for (let i = 0; i < 100; i++) all.add(`${day}/${i}`, make({ appendedAt: START + day * 86_400_000 }));
    all.expire(START + day * 86_400_000);
  }
  expect(all.size).toBeLessThanOrEqual(900);
});
