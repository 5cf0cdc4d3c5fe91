import fc from 'fast-check';
import { DEFAULT_FX, type FxTerms } from '@ratestream/catalog';
import { codecs, type Leg, type RatedEvent } from '@ratestream/events';
import { applyFx } from '@ratestream/fx';
import { parseMoney } from '@ratestream/money';
import { decideTimeout, dueAmount, isClosed, sameLeg, type PartState } from '../src/index.js';
import { NOON, rate, SECOND, step, world, type World } from './world.js';

const DAY = 86_400 * SECOND;

/** Cards in pounds and dollars, an account in rupees, a supplier in yen; another rate is published three seconds after noon. */
function abroad(options: Parameters<typeof world>[0] = {}): World {
  const w = world({ ...options, sellCard: { currency: 'GBP', ...options.sellCard }, buyCard: { currency: 'USD', ...options.buyCard } }); // prettier-ignore
  const accounts = w.catalog.accounts as Map<string, object>;
  accounts.set('customer', { ...accounts.get('customer'), currency: 'INR' });
  const suppliers = w.catalog.suppliers as Map<string, object>;
  suppliers.set('sup', { ...suppliers.get('sup'), currency: 'JPY' });
  w.fx.publish({
    source: 'ecb',
    base: 'EUR',
    knownAt: NOON - DAY,
    days: [
      { date: '2026-04-29', publishedAt: NOON - DAY, rates: { GBP: '0.87058', USD: '1.1684', INR: '93.123', JPY: '170.35' } },
      { date: '2026-04-30', publishedAt: NOON + 3 * SECOND, rates: { GBP: '0.87101', USD: '1.1702', INR: '94.5', JPY: '171.02' } },
    ],
  }); // prettier-ignore
  return w;
}

function legOf(events: readonly RatedEvent[], side: 'sell' | 'buy' = 'sell'): Leg {
  const legs = events.flatMap(({ legs }) => legs);
  return legs.findLast((leg) => leg.side === side && leg.payer !== 'reseller') as Leg;
}

test('hold, settlement and reversal of a leg carry one rate, whatever is published meanwhile', () => {
  const w = abroad();
  const due = (parseMoney('0.1') * 93_123_000n) / 870_580n; // 0.1 GBP × 93.123 ÷ 0.87058, before rounding
  const held = legOf(w.feed(step('accepted')));
  expect(held).toMatchObject({ currency: 'GBP', accountCurrency: 'INR', amount: 0n, accountAmount: 0n });
  expect([held.heldAmount - due, held.heldAmount - due - 1n]).toContain(0n);
  w.fx.publish({ source: 'ecb', base: 'EUR', knownAt: NOON + SECOND, days: [{ date: '2026-04-29', publishedAt: NOON - DAY, rates: { GBP: '2', INR: '1' } }] }); // prettier-ignore
  w.feed(step('submitted', { at: 1 }));
  const settled = legOf(w.feed(step('delivered', { at: 9 })));
  expect(settled).toMatchObject({ amount: parseMoney('0.1'), accountAmount: held.heldAmount, heldAmountFreed: held.heldAmount, fx: held.fx }); // prettier-ignore
});

test('what is bought is converted by the terms of the card, and both are reported in the currency of the installation', () => {
  const w = abroad({ buyCard: { fx: { ...DEFAULT_FX, rule: 'fixed', fixed: { 'USD/JPY': '150' } } } });
  w.feed(step('accepted'));
  const bought = legOf(w.feed(step('submitted', { at: 1 })), 'buy');
  expect(bought).toMatchObject({
    amount: parseMoney('0.02'),
    currency: 'USD',
    accountAmount: parseMoney('3'),
    accountCurrency: 'JPY',
    fx: { rule: 'fixed', rate: '150' },
    reporting: { currency: 'EUR', fx: { from: 'USD', to: 'EUR', rule: 'event' } },
  });
  expect(bought.reporting?.amount).toBe(applyFx(bought.amount, (bought.reporting as { fx: Leg['fx'] & object }).fx));
});

test('without a rate for the pair the leg is unrated, and the others are charged', () => {
  const w = world({ sellCard: { currency: 'XXX' } });
  const [event] = w.feed(step('accepted'));
  expect(event?.legs).toMatchObject([
    { payer: 'customer', action: 'unrated', reason: 'no_fx_rate', amount: 0n, rate: { cardId: 'sell-retail', version: 0 } },
    { payer: 'reseller', action: 'hold', fx: null, reporting: null },
  ]);
  expect(w.state.waitingCards()).toEqual(['sell-retail']);
}); // prettier-ignore

test('a late acceptance before the publication of a rate takes the money of the later rate back whole', () => {
  const w = abroad({ customerPlan: { basis: 'submit' } });
  const first = legOf(w.feed(step('submitted', { at: 4 })));
  expect(first.fx?.rateDate).toBe('2026-04-30');
  const [event] = w.feed(step('accepted'));
  const sells = event?.legs.filter(({ payer }) => payer === 'customer') as Leg[];
  expect(sells).toMatchObject([
    { action: 'reverse', amount: -first.amount, accountAmount: -first.accountAmount, fx: first.fx },
    { action: 'settle', amount: first.amount, fx: { rateDate: '2026-04-29' } },
  ]);
});

const names = ['accepted 0', 'submitted 1', 'unknown 1', 'undelivered 1', 'submitted 2', 'delivered 2'];
test('an agreed rate that would make more than an event can hold leaves the leg without a price, and the message is written', () => {
  const fixed: FxTerms = { ...DEFAULT_FX, rule: 'fixed', spreadPercent: '999999999999', fixed: { 'GBP/INR': '999999999999' } };
  const w = abroad({ customerPlan: { fx: fixed } });
  w.publish('sell-retail', 2, NOON - SECOND, [rate('1000000000')]);
  const [event] = w.feed(step('accepted'));
  expect(legOf([event as RatedEvent])).toMatchObject({ action: 'unrated', reason: 'amount_too_large', heldAmount: 0n, fx: null });
  expect(codecs.RatedEvent.encode(event as RatedEvent).length).toBeGreaterThan(0);
}); // prettier-ignore

const facts = fc.record({
  reported: fc.constantFrom(null, 1, 2, 3),
  senderType: fc.constantFrom(null, 'alphanumeric', 'long_code'),
  originCountry: fc.constantFrom(null, 'IN', 'US'),
  routeGrade: fc.constantFrom(null, 'direct', 'sim'),
});
const terms = fc.constantFrom<FxTerms>(
  DEFAULT_FX,
  { ...DEFAULT_FX, spreadPercent: '1.25' },
  { ...DEFAULT_FX, rule: 'period_average' },
  { ...DEFAULT_FX, rule: 'fixed', fixed: { 'GBP/INR': '107.3', 'JPY/USD': '0.0067' } },
);
const SHEET = [
  rate('0.05'),
  rate('0.061', { senderType: 'alphanumeric' }),
  rate('0.072', { originCountry: 'IN' }),
  rate('0.0833333', { originCountry: 'unknown', routeGrade: 'sim' }),
  rate('0.09', { routeGrade: 'direct', priority: 1 }),
  rate('0.0017', { surcharge: 'fee', senderType: 'long_code' }),
  rate('0.003', { surcharge: 'once', unit: 'message', validFrom: NOON + 2 * SECOND }),
];

function liveIn(
  told: readonly { reported: number | null; senderType: string | null; originCountry: string | null; routeGrade: string | null }[],
  options: Parameters<typeof world>[0],
  order: readonly string[],
  timeOut: boolean,
): { w: World; events: RatedEvent[] } {
  const w = abroad(options);
  w.publish('sell-retail', 2, NOON - SECOND, SHEET);
  w.publish('buy', 2, NOON - SECOND, SHEET);
  const events = order.flatMap((name) => {
    const [event, attempt] = name.split(' ') as [string, string];
    const { reported, ...rest } = told[names.indexOf(name)] as (typeof told)[number];
    const parts = { reported, computed8: null, computed16: null, assumed: reported === null };
    return w.feed(step(event, { attempt: Number(attempt), at: names.indexOf(name), ...rest, parts })); // prettier-ignore
  });
  const part = w.state.part(step('accepted').messageId, 1) as PartState;
  if (timeOut) {
    for (const event of decideTimeout(part, NOON + DAY, w.pricing)) {
      w.state.apply(event);
      events.push(event);
    }
  }
  return { w, events };
} // prettier-ignore

/** Over all steps of each leg: what it owes in both currencies, and what it holds. */
function sums(events: readonly RatedEvent[]): Record<string, [bigint, bigint, bigint]> {
  const totals: Record<string, [bigint, bigint, bigint]> = {};
  for (const leg of events.flatMap(({ legs }) => legs)) {
    const total = (totals[`${leg.side} ${leg.level} #${leg.attempt}`] ??= [0n, 0n, 0n]);
    total[0] += leg.amount;
    total[1] += leg.accountAmount;
    total[2] += leg.heldAmount - leg.heldAmountFreed;
  }
  return Object.fromEntries(Object.entries(totals).filter(([, each]) => each.some((amount) => amount !== 0n)));
}

const lives = fc.tuple(
  fc.array(facts, { minLength: names.length, maxLength: names.length }),
  fc
    .subarray(names, { minLength: 2 })
    .chain((some) => fc.tuple(fc.constant(some), fc.shuffledSubarray(some, { minLength: some.length }))),
  fc.constantFrom('accept', 'submit', 'delivered', 'final_not_rejected'),
  terms,
);

test('every order of a life ends in the same money of both currencies, whatever its steps tell of sender, origin and grade', () => {
  fc.assert(
    fc.property(lives, ([told, [life, shuffled], basis, fx]) => {
      const options = { customerPlan: { basis, fx }, buyCard: { basis, fx } } as const;
      expect(sums(liveIn(told, options, shuffled, false).events)).toEqual(sums(liveIn(told, options, life, false).events));
    }),
    { numRuns: 1_000 },
  );
}); // prettier-ignore

test('what was held is freed once a life is closed, and Σ accountAmount is what is due, converted once', () => {
  fc.assert(
    fc.property(lives, ([told, [, shuffled], basis, fx]) => {
      const { w, events } = liveIn(told, { customerPlan: { basis, fx }, buyCard: { basis, fx } }, shuffled, true);
      const part = w.state.part(step('accepted').messageId, 1) as PartState;
      const totals = sums(events);
      if (isClosed(part)) for (const [, , held] of Object.values(totals)) expect(held).toBe(0n);
      for (const leg of part.legs) {
        const due = leg.action === 'settle' ? dueAmount(leg) : 0n;
        const [amount, accountAmount] = totals[`${leg.side} ${leg.level} #${leg.attempt}`] ?? [0n, 0n];
        expect([amount, accountAmount]).toEqual([due, leg.fx === null ? due : applyFx(due, leg.fx)]);
        const steps = events.flatMap(({ legs }) => legs.filter((one) => sameLeg(one, leg)));
        for (const one of steps) expect(sum(one)).toBe(one.action === 'unrated' ? 0n : dueAmount(one));
      }
    }),
    { numRuns: 1_000 },
  );
});

/** Components price the leg, and its reversal the negative of it. */
function sum({ components, action }: Leg): bigint {
  const total = components.reduce((all, { amount }) => all + amount, 0n);
  return action === 'reverse' ? -total : total;
}
