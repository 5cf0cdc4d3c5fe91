import { lastMessages } from '../src/live/last-messages.js';
import type { LastRow } from '../src/live/last-messages.js';

const row = (offset: number, change: Partial<LastRow> = {}): LastRow => ({
  partition: 0,
  offset: String(offset),
  message_id: `m${offset}`,
  part: 1,
  at: '1777636800000000',
  kind: 'rated',
  event: 'delivered',
  account: 'a',
  country: 'GB',
  recipient_prefix: '44',
  mcc: '234',
  mnc: '10',
  reason: '',
  leg_reason: '',
  side: 'sell',
  amount: '0.070000000',
  currency: 'EUR',
  account_amount: '0.010000000',
  account_currency: 'USD',
  action: 'settle',
  payer: 'a',
  payee: 'operator',
  supplier: 's',
  held_amount: '0',
  ...change,
});

test('legs of one event stand together; the newest come first, at most as many as asked', () => {
  const rows = [row(3), row(3, { side: 'buy' }), row(2), row(1)];
  const messages = lastMessages(rows, 2, true);
  expect(messages.map(({ messageId, legs }) => [messageId, legs.length])).toEqual([
    ['m3', 2],
    ['m2', 1],
  ]);
  expect(messages[0]?.legs).toMatchObject([{ amount: '0.07', supplierId: null }, { supplierId: 's' }]);
});

test('an event that the limit may have cut is left out', () => {
  const rows = [row(2), row(1)];
  expect(lastMessages(rows, 5, false).map(({ messageId }) => messageId)).toEqual(['m2']);
  expect(lastMessages([], 5, false)).toEqual([]);
});

test('an event without legs has none, and its reason is its own or its leg’s', () => {
  expect(lastMessages([row(1, { side: '', reason: 'too_old' })], 1, true)).toMatchObject([
    { legs: [], reason: 'too_old' },
  ]);
  expect(lastMessages([row(1, { leg_reason: 'no_rate', mcc: '', country: '' })], 1, true)).toMatchObject([
    { reason: 'no_rate', network: null, country: null },
  ]);
});
