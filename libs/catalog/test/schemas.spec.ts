import { topics } from '@ratestream/events';
import { eventDataSchemas, formatInstant, openAccountBody, parseInstant } from '../src/index.js';
import {
  card,
  change,
  changeGroup,
  close,
  connection,
  fxRates,
  group,
  key,
  notices,
  open,
  plan,
  publish,
  source,
  supplier,
} from './commands.js';
import { NOW, TestCatalog } from './given.js';

test('there is a schema for exactly the event types of topics.yaml', () => {
  expect(Object.keys(eventDataSchemas).sort()).toEqual([...topics.catalog.eventTypes].sort());
});

test('what the deciders write passes its own schema', () => {
  const catalog = new TestCatalog().given(
    card('sell'),
    card('buy', { side: 'buy' }),
    publish('sell', 1),
    plan('p', ['sell']),
    group('g', 'p'),
    changeGroup('g', { name: 'h' }),
    open('a', { planId: 'p', rateGroupId: 'g', overrides: [{ cardId: 'sell' }], warnBelow: '-1.50' }),
    notices('sell', 1, 'a'),
    { type: 'WithdrawRates', id: 'sell', version: 1 },
    fxRates('ecb', [{ date: '2026-05-01', publishedAt: NOW, rates: { USD: '1.1375' } }]),
    change('a', { creditLimit: '10' }),
    supplier('s', { buyCardId: 'buy' }),
    connection('s-1', 's'),
    source('gw'),
    key('a1'),
    { type: 'RevokeApiKey', id: 'a1' },
    { type: 'PublishNumbers', id: 'world', version: 1, rowSet: { rows: 1, chunks: 1, sha256: 'b'.repeat(64) } },
    { type: 'ChangePlan', id: 'p', body: { name: 'q' } },
    { type: 'ChangeRateCard', id: 'buy', body: { name: 'q' } },
    { type: 'ChangeSupplier', id: 's', body: { name: 'q' } },
    { type: 'ChangeConnection', id: 's-1', body: { route: 'q' } },
    close('a'),
  );
  const types = new Set(catalog.events.map(({ type }) => type));
  expect([...types].sort()).toEqual(topics.catalog.eventTypes.filter((type) => type !== 'Heartbeat').sort());
  for (const { type, data } of catalog.events) {
    const parsed: unknown = JSON.parse(data);
    expect(eventDataSchemas[type as keyof typeof eventDataSchemas].parse(parsed)).toEqual(parsed);
  }
});

test.each([
  [{ name: 'x', creditLimit: 10 }, 'creditLimit'],
  [{ name: 'x', creditLimit: '1.0000000001' }, 'creditLimit'],
  [{ name: 'x', creditLimit: '-1' }, 'creditLimit'],
  [{ name: 'x', timeZone: 'Europe/Nowhere' }, 'timeZone'],
  [{ name: 'x', id: 'operator' }, 'id'],
  [{ name: 'x', id: 'a|b' }, 'id'],
  [{ name: '' }, 'name'],
  [{ name: 'x', colour: 'red' }, undefined],
])('%j is refused', (body, field) => {
  const result = openAccountBody.safeParse(body);
  expect(result.error?.issues.map(({ path }) => path[0])).toEqual([field]);
});

test.each([
  ['2026-05-01T12:00:00Z', 1_777_636_800_000_000],
  ['2026-05-01T12:00Z', 1_777_636_800_000_000],
  ['2026-05-01T14:00:00.000001+02:00', 1_777_636_800_000_001],
  ['2026-05-01T12:00:00', null],
  ['2026-02-30T12:00:00Z', null],
  ['2026-05-01T12:00:00.1234567Z', null],
  ['2999-01-01T00:00:00Z', null],
  ['tomorrow', null],
])('instant %s', (text, micros) => {
  expect(parseInstant(text)).toBe(micros);
});

test('an instant is written as it is read', () => {
  expect(formatInstant(1_777_636_800_000_001)).toBe('2026-05-01T12:00:00.000001Z');
  expect(formatInstant(1_777_636_800_000_000)).toBe('2026-05-01T12:00:00.000Z');
});
