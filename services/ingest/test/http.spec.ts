import { gzipSync } from 'node:zlib';
import type { Source } from '@ratestream/catalog';
import { type Caller, ProblemError } from '@ratestream/http';
import type { InRecord, OutRecord } from '@ratestream/kafka';
import { bareMetrics, silentLogger } from '@ratestream/observability';
import { CdrDoor, type CdrPost } from '../src/http/cdr-door.js';
import { IngestMetrics } from '../src/metrics.js';
import { processRecord } from '../src/raw/process-record.js';
import { RejectedIndex } from '../src/reject/rejected-index.js';
import { Replayer } from '../src/reject/replayer.js';
import { ACCEPTED, APPENDED_MS, context, raw, view } from './world.js';

const OPERATOR = { keyId: 'k1', scope: 'operator', isOperator: true } as Caller;
const TENANT = { keyId: 'k2', scope: 'reseller', isOperator: false } as Caller;
const post = (more: Partial<CdrPost> = {}): CdrPost => ({
  source: 'platform',
  body: Buffer.from(JSON.stringify(ACCEPTED)),
  contentType: 'application/x-ndjson',
  contentEncoding: undefined,
  idempotencyKey: null,
  ...more,
});

function door(send: (records: readonly OutRecord[]) => Promise<unknown> = async () => undefined) {
  const sent: OutRecord[] = [];
  const made = new CdrDoor({
    view: view(),
    maxInflatedBytes: 100_000,
    metrics: new IngestMetrics(bareMetrics()),
    logger: silentLogger(),
    nowMs: () => APPENDED_MS,
    send: async (records) => {
      sent.push(...records);
      await send(records);
    },
  });
  return { made, sent };
}
const problem = async (work: Promise<unknown>): Promise<ProblemError> => {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  if (!(error instanceof ProblemError)) throw new Error(`no problem: ${String(error)}`);
  return error;
};
/** What a posted record becomes once it is read from the topic. */
const read = (record: OutRecord) => processRecord(raw(record.value, { ...record.headers }), context());

describe('posting', () => {
  test('lines become records of cdr.raw', async () => {
    const { made, sent } = door();
    const lines = Array.from({ length: 250 }, (_, i) => JSON.stringify({ ...ACCEPTED, id: `m-${i}` })).join('\n');
    expect(await made.post(post({ body: gzipSync(lines), contentEncoding: 'gzip' }), OPERATOR)).toEqual({
      accepted: 250,
    });
    expect(sent.map(({ topic, headers }) => [topic, headers])).toEqual(
      Array(3).fill(['cdr.raw', { source: 'platform', format: 'canonical-json' }]),
    );
    expect(sent.flatMap(read)).toHaveLength(250);
  });
  test.each([
    ['a JSON array', JSON.stringify([ACCEPTED, ACCEPTED], null, 2), 'application/json', 'platform', 2],
    ['CSV', 'event,to,account,at\naccepted,447700900123,acme,2026-05-01T12:00:00Z\n', 'text/csv', 'platform', 1],
    [
      "plain lines in the source's format",
      '2026-05-01 13:00:00 Sent SMS [SMSC:a] [ACT:acme] [FID:] [from:A] [to:4915112345678] [msg:1:a] [udh:0:]',
      'text/plain',
      'kannel',
      1,
    ],
  ])('%s', async (_, body, contentType, source, count) => {
    const { made, sent } = door();
    expect(await made.post(post({ body: Buffer.from(body), contentType, source }), OPERATOR)).toEqual({
      accepted: count,
    });
    expect(sent.flatMap(read).map(({ kind }) => kind)).toEqual(Array(count).fill('usage'));
  });
  test('the same request under the same key gives every line the same identity, blank lines or not', async () => {
    const one = JSON.stringify({ ...ACCEPTED, id: undefined });
    const identities = async (): Promise<string[]> => {
      const { made, sent } = door();
      await made.post(post({ body: Buffer.from(`${one}\n\n${one}\n${one}`), idempotencyKey: 'abc' }), OPERATOR);
      return sent.flatMap(read).map((o) => (o.kind === 'usage' ? o.usage.identity.sourceRecordId : o.kind));
    };
    expect(await identities()).toEqual(['http:k1:abc:1', 'http:k1:abc:3', 'http:k1:abc:4']);
    expect(await identities()).toEqual(await identities());
  });
  test("a tenant's records carry its scope", async () => {
    const { made, sent } = door();
    await made.post(post(), TENANT);
    expect(sent[0]?.headers).toMatchObject({ scope: 'reseller' });
  });
  test('one line at fault and none is taken; the answer names it', async () => {
    const { made, sent } = door();
    const error = await problem(
      made.post(post({ body: Buffer.from(`${JSON.stringify(ACCEPTED)}\n{"event":`) }), OPERATOR),
    );
    expect(error).toMatchObject({
      status: 422,
      errors: [{ pointer: '/2', code: 'malformed', detail: 'line 2: not JSON' }],
    });
    expect(sent).toEqual([]);
  });
  test.each([
    ['an unknown source', { source: 'nobody' }, 404],
    ['nothing', { body: Buffer.alloc(0) }, 422],
    ['a bomb', { body: gzipSync(Buffer.alloc(10_000_000)), contentEncoding: 'gzip' }, 413],
    ['too much', { body: Buffer.alloc(100_001, 32) }, 413],
    ['no gzip', { contentEncoding: 'gzip' }, 400],
    ['another coding', { contentEncoding: 'br' }, 415],
  ])('%s: %#', async (_, more, status) =>
    expect((await problem(door().made.post(post(more), OPERATOR))).status).toBe(status),
  );
  test('a bomb is stopped while it inflates, not after', async () => {
    const bomb = gzipSync(Buffer.alloc(10_000_000));
    const error = await problem(door().made.post(post({ body: bomb, contentEncoding: 'gzip' }), OPERATOR));
    expect(error.code).toBe('too_large');
  });
  test('while Kafka does not answer: 503', async () => {
    const { made } = door(() => Promise.reject(new Error('away')));
    expect((await problem(made.post(post(), OPERATOR))).status).toBe(503);
  });
});

describe('rejects', () => {
  const rejected = (line: string, more: Partial<InRecord> = {}) => {
    const [outcome] = processRecord(raw(line, { source: 'platform' }, more), context());
    if (outcome?.kind !== 'rejected') throw new Error('not rejected');
    return outcome.rejected;
  };
  test('are listed newest first, page by page, and bounded', () => {
    const index = new RejectedIndex(3);
    const all = [1, 2, 3, 4].map((offset) => rejected('{', { offset, appendedAt: APPENDED_MS + offset }));
    all.forEach((r) => index.add(r));
    const offsets = (rows: readonly { rawRef: { offset: number } }[]): number[] => rows.map((r) => r.rawRef.offset);
    expect(offsets(index.list({}, 10))).toEqual([4, 3, 2]);
    const [first] = index.list({}, 1);
    expect(offsets(index.list({}, 10, [first?.rejectedAt as number, first?.rejectId as string]))).toEqual([3, 2]);
    expect(index.list({ reason: 'bad_time' }, 10)).toEqual([]);
    expect(offsets(index.list({ from: (APPENDED_MS + 3) * 1000 }, 10))).toEqual([4, 3]);
  });
  test('go back in as they were, with the place of the original and the lines to take', async () => {
    const original = raw(`${JSON.stringify(ACCEPTED)}\n{`, { source: 'platform' });
    const sent: OutRecord[] = [];
    const replayer = new Replayer({
      readRaw: async () => new Map([[70, original]]),
      send: async (records) => void sent.push(...records),
    });
    const reject = processRecord(original, context()).flatMap((o) => (o.kind === 'rejected' ? [o.rejected] : []))[0];
    if (reject === undefined) throw new Error('not rejected');
    const gone = rejected('{', { offset: 1 });
    const never = rejected('', {});
    const result = await replayer.replay([
      { rejectId: reject.rejectId, rejected: reject },
      { rejectId: gone.rejectId, rejected: gone },
      { rejectId: never.rejectId, rejected: never },
      { rejectId: 'x', rejected: undefined },
    ]);
    expect(result).toEqual({
      replayed: 1,
      failed: [
        { rejectId: never.rejectId, reason: 'not_replayable' },
        { rejectId: 'x', reason: 'unknown' },
        { rejectId: gone.rejectId, reason: 'original_gone' },
      ],
    });
    expect(sent[0]).toMatchObject({
      value: original.value,
      headers: { source: 'platform', 'replay-of': '2/70', 'replay-lines': '2', 'replay-attempt': '1' },
    });
    const [again] = processRecord(raw(sent[0]?.value as Buffer, { ...sent[0]?.headers }, { offset: 500 }), context());
    expect(again).toMatchObject({
      kind: 'rejected',
      rejected: { attempt: 1, rawRef: { partition: 2, offset: 70 }, line: 2 },
    });
  });
});

test('a source that takes effect later does not count yet', async () => {
  const later: Source = {
    ...(view().sourceAt('platform', 0) as Source),
    id: 'later',
    effectiveFrom: (APPENDED_MS + 1) * 1000,
  };
  const v = view();
  v.apply({
    position: v.position + 1,
    type: 'SourceConfigured',
    eventId: '',
    aggregate: '',
    aggregateId: '',
    aggregateVersion: 1,
    occurredAt: 0,
    actor: '',
    data: JSON.stringify(later),
  });
  const outcome = (at: number) =>
    processRecord(raw(JSON.stringify(ACCEPTED), { source: 'later' }, { appendedAt: at }), context({ view: v }))[0]
      ?.kind;
  expect([outcome(APPENDED_MS), outcome(APPENDED_MS + 1)]).toEqual(['rejected', 'usage']);
});
