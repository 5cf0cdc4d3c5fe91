import { OPERATOR, openAccountBody, type CatalogCommand } from '@ratestream/catalog';
import { CatalogView } from '@ratestream/catalog';
import type { CatalogEvent } from '@ratestream/events';
import { Outbox, type Pool } from '@ratestream/postgres';
import { readEvents } from '../src/store/event-store.js';
import type { CommandRequest, CommandResult } from '../src/commands/command-handler.js';
import { emptyDatabase, serdes, startProcess } from './harness.js';

let pool: Pool;
beforeEach(async () => {
  pool = await emptyDatabase();
}, 120_000);
afterEach(() => pool.end());

const request = (command: CatalogCommand, more: Partial<CommandRequest> = {}): CommandRequest => ({
  command,
  authority: { scope: OPERATOR, permissions: ['admin'] },
  actor: 'test',
  expectedVersion: null,
  idempotency: null,
  ...more,
});
const open = (id: string, body: object = {}): CatalogCommand => ({
  type: 'OpenAccount',
  id,
  body: openAccountBody.parse({ name: id, ...body }),
});
const close = (id: string): CatalogCommand => ({ type: 'CloseAccount', id });
const outcomes = (results: CommandResult[]): Record<string, number> =>
  results.reduce<Record<string, number>>(
    (counts, { outcome }) => ({ ...counts, [outcome]: (counts[outcome] ?? 0) + 1 }),
    {},
  );

test('two processes at once: positions have no gap, roots are spread evenly, both end with the same view', async () => {
  const processes = [startProcess(pool), startProcess(pool)];
  const commands = Array.from({ length: 60 }, (_, index) => open(index % 5 === 4 ? 'the-same' : `root-${index}`));
  const results = await Promise.all(
    commands.map(
      (command, index) => processes[index % 2]?.commands.execute(request(command)) as Promise<CommandResult>,
    ),
  );
  expect(outcomes(results)).toEqual({ done: 49, conflict: 11 });

  const events = await readEvents(pool, 0, 1_000);
  expect(events.map(({ position }) => position)).toEqual(Array.from({ length: 49 }, (_, index) => index + 1));
  const instants = events.map(({ occurredAt }) => occurredAt);
  expect([...new Set(instants)].sort((a, b) => a - b)).toEqual(instants);

  const waiting = await new Outbox('catalog').waiting(pool, 0, 1_000);
  expect(waiting.map(({ position }) => position)).toEqual(events.map(({ position }) => position));
  expect(waiting.map(({ value }) => serdes.CatalogEvent.decode(value as Buffer))).toEqual(events);

  const replayed = new CatalogView();
  for (const event of events) replayed.apply(event);
  const loads = Array.from(
    { length: 6 },
    (_, partition) => [...replayed.accounts.values()].filter((root) => root.partition === partition).length,
  );
  expect([Math.min(...loads), Math.max(...loads)]).toEqual([8, 9]);
  for (const { state } of processes) {
    await state.catchUp(pool);
    expect([state.view.position, state.view.accounts]).toEqual([49, replayed.accounts]);
  }
});

test('a parent that is closed and a child that is opened at the same time never both happen', async () => {
  const [a, b] = [startProcess(pool), startProcess(pool)];
  for (let round = 0; round < 15; round += 1) {
    await a.commands.execute(request(open(`p${round}`)));
    const both = [
      a.commands.execute(request(close(`p${round}`))),
      b.commands.execute(request(open(`c${round}`, { parentId: `p${round}` }))),
    ];
    const results = await Promise.all(round % 2 === 0 ? both : both.reverse());
    expect(outcomes(results)['done']).toBe(1);
  }
});

test('a command that fails while it is written leaves no position behind', async () => {
  let broken = true;
  const encode = (event: CatalogEvent): Buffer => {
    if (broken) throw new Error('no');
    return serdes.CatalogEvent.encode(event);
  };
  const flaky = { ...serdes, CatalogEvent: { ...serdes.CatalogEvent, encode } };
  const { commands, state } = startProcess(pool, { serdes: flaky });
  await expect(commands.execute(request(open('a')))).rejects.toThrow('no');
  broken = false;
  expect(await commands.execute(request(open('b')))).toMatchObject({
    outcome: 'done',
    answer: { id: 'b', version: 1, position: 1 },
  });
  expect([...state.view.accounts.keys()]).toEqual(['b']);
});

test('instants rise although the clock stands still or goes back', async () => {
  const times = [1_000, 1_000, 500];
  const { commands } = startProcess(pool, { clock: () => times.shift() ?? 0 });
  for (const id of ['a', 'b', 'c']) await commands.execute(request(open(id)));
  expect((await readEvents(pool, 0, 10)).map(({ occurredAt }) => occurredAt)).toEqual([1_000, 1_001, 1_002]);
});

test('the same key is carried out once, however often and wherever it is sent at the same time', async () => {
  const processes = [startProcess(pool), startProcess(pool)];
  const idempotency = { keyId: 'k', idempotencyKey: 'once', requestHash: 'h' };
  const results = await Promise.all(
    Array.from(
      { length: 8 },
      (_, index) =>
        processes[index % 2]?.commands.execute(request(open('a'), { idempotency })) as Promise<CommandResult>,
    ),
  );
  expect(results.map((result) => result.outcome === 'done' && result.answer)).toEqual(
    Array(8).fill({ id: 'a', version: 1, position: 1 }),
  );
  expect(results.filter((result) => result.outcome === 'done' && !result.repeated)).toHaveLength(1);
  const other = { ...idempotency, requestHash: 'other' };
  expect(await processes[0]?.commands.execute(request(open('b'), { idempotency: other }))).toEqual({
    outcome: 'other_request',
  });
  const anotherCaller = { ...idempotency, keyId: 'k2', requestHash: 'other' };
  expect(await processes[0]?.commands.execute(request(open('b'), { idempotency: anotherCaller }))).toMatchObject({
    outcome: 'done',
  });
});

test('a refused command leaves its key free', async () => {
  const { commands } = startProcess(pool);
  const idempotency = { keyId: 'k', idempotencyKey: 'retry', requestHash: 'h' };
  const child = request(open('c', { parentId: 'p' }), { idempotency });
  expect(await commands.execute(child)).toMatchObject({ outcome: 'invalid' });
  await commands.execute(request(open('p')));
  expect(await commands.execute(child)).toMatchObject({ outcome: 'done', repeated: false });
});

test('an expected version that has moved on is stale', async () => {
  const { commands } = startProcess(pool);
  await commands.execute(request(open('a')));
  expect(await commands.execute(request(close('a'), { expectedVersion: 2 }))).toEqual({ outcome: 'stale', version: 1 });
  expect(await commands.execute(request(close('a'), { expectedVersion: 1 }))).toMatchObject({
    outcome: 'done',
    answer: { version: 2 },
  });
});

test('a second process starts from the stream and sees what the first has committed', async () => {
  const first = startProcess(pool);
  for (let index = 0; index < 20; index += 1) await first.commands.execute(request(open(`a${index}`)));
  const second = startProcess(pool);
  await second.state.catchUp(pool);
  expect(second.state.view.accounts).toEqual(first.state.view.accounts);
});
