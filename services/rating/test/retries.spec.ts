import { PLAIN_ACCOUNT, PLAIN_BINDING, PLAIN_CARD, PLAIN_PLAN, PLAIN_RATE } from '@ratestream/catalog';
import { sampleRated, type RatedEvent } from '@ratestream/events';
import { FxBook } from '@ratestream/fx';
import { parseMoney } from '@ratestream/money';
import { RateBook, RatingState, Terms, type CatalogReader, type Pricing } from '@ratestream/pricing';
import { Retries } from '../src/task/retries.js';

const NOON = 1_777_636_800_000_000;
const HOUR = 3_600_000_000;

const catalog = {
  position: 7,
  accounts: new Map([
    [
      'acme',
      {
        id: 'acme',
        parentId: null,
        name: 'Acme',
        currency: 'EUR',
        timeZone: 'UTC',
        partition: 0,
        planId: 'plan',
        mode: 'postpaid',
        creditLimit: '0',
        warnBelow: null,
        defaultTrafficClass: 'any',
        legalEntity: null,
        taxCategory: null,
        closed: false,
        ...PLAIN_ACCOUNT,
      },
    ],
  ]),
  suppliers: new Map(),
  connections: new Map(),
  cards: new Map([
    [
      'sell',
      {
        id: 'sell',
        name: 'sell',
        side: 'sell',
        service: 'sms',
        currency: 'EUR',
        partRule: 'reported',
        networkEvidence: ['reported'],
        basis: 'submit',
        timeoutSec: 60,
        timeoutPolicy: null,
        noReceiptCountries: [],
        ...PLAIN_CARD,
      },
    ],
  ]),
  plans: new Map([
    [
      'plan',
      {
        id: 'plan',
        version: 1,
        name: 'plan',
        service: 'sms',
        bindings: [{ ...PLAIN_BINDING, cardId: 'sell' }],
        basis: 'accept',
        timeoutSec: 60,
        timeoutPolicy: null,
        ...PLAIN_PLAN,
      },
    ],
  ]),
  rateGroups: new Map(),
  chain: () => ['acme'],
} as unknown as CatalogReader;

function waiting(state: RatingState, n: number, at = NOON): void {
  const base = sampleRated();
  const leg = {
    ...(base.legs[0] as RatedEvent['legs'][number]),
    side: 'sell' as const,
    level: 0,
    attempt: 0,
    payer: 'acme',
    payee: 'operator',
    action: 'unrated' as const,
    reason: 'no_version',
    rate: { cardId: 'sell', version: 0, rateId: '', matchedBy: '' },
    components: [],
    amount: 0n,
    heldAmount: 0n,
    heldAmountFreed: 0n,
  };
  state.apply({
    ...base,
    messageId: `00000000-0000-5000-8000-${String(n).padStart(12, '0')}`,
    part: 1,
    udh: null,
    kind: 'unrated',
    account: 'acme',
    direction: 'mt',
    subjectEvent: 'accepted',
    identity: { source: 'gw', sourceRecordId: String(n), attempt: 0, part: 1, event: 'accepted' },
    status: 'accepted',
    event: 'accepted',
    times: { ...base.times, accepted: at, scheduled: null },
    rawAppendedAt: at,
    parts: { reported: 1, computed8: null, computed16: null, assumed: false },
    legs: [leg],
  });
}

function pricing(price: string | null): Pricing {
  const book = new RateBook();
  if (price !== null)
    book.addVersion(
      {
        cardId: 'sell',
        version: 1,
        effectiveFrom: 0,
        knownAt: 0,
        supersedes: null,
        withdrawnAt: null,
        rows: 1,
        chunks: 1,
        sha256: '',
      },
      [
        {
          rateId: 'r',
          country: null,
          mcc: null,
          mnc: null,
          prefix: null,
          trafficClass: null,
          price: parseMoney(price),
          unit: 'part',
          basis: null,
          timeoutSec: null,
          timeoutPolicy: null,
          ...PLAIN_RATE,
        },
      ],
    );
  return {
    terms: new Terms(catalog),
    book,
    fx: new FxBook(),
    reportingCurrency: null,
    catalogPosition: 8,
    hashRecipient: () => ({ hash: '', keyId: '' }),
    ratedAt: NOON + HOUR,
  };
}

const limits = { amountPerAccount: parseMoney('1'), maxAge: 24 * HOUR };

test('only a change of the card that was asked wakes what waits for it, and what has no price still moves nothing', () => {
  const state = new RatingState();
  waiting(state, 1);
  const retries = new Retries(state, limits);
  retries.changed('another');
  expect(retries.next(pricing('0.4'))).toEqual([]);
  retries.changed('sell');
  expect(retries.next(pricing(null))).toEqual([]);
  retries.changed('sell');
  expect(retries.next(pricing('0.4'))).toMatchObject([
    {
      kind: 'rated',
      legs: [{ action: 'settle', amount: parseMoney('0.4'), counters: [{ before: 0n, after: parseMoney('0.4') }] }],
    },
  ]);
});

test('a plan that names another card wakes what waits for the first', () => {
  const state = new RatingState();
  waiting(state, 1);
  const retries = new Retries(state, limits);
  retries.changed(null);
  expect(retries.next(pricing('0.4'))).toMatchObject([{ kind: 'rated' }]);
});

test('the money of a day stops exactly at the limit, over batches and after the fold is read again', () => {
  const state = new RatingState();
  for (let n = 1; n <= 4; n++) waiting(state, n);
  const retries = new Retries(state, limits, 2);
  retries.all();
  const events = [...retries.next(pricing('0.5'))];
  events.forEach((event) => state.apply(event));
  expect(events).toHaveLength(2); // 0.5 + 0.5 is the limit itself
  expect(retries.next(pricing('0.5'))).toEqual([]);
  expect(retries.heldBack).toBe(2);
});

test('older messages wait for a re-rating run', () => {
  const state = new RatingState();
  waiting(state, 1, NOON - 24 * HOUR);
  const retries = new Retries(state, limits);
  retries.all();
  expect(retries.next(pricing('0.4'))).toEqual([]);
  expect(retries.heldBack).toBe(1);
});
