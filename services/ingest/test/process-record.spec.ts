import { needs, NO_SAMPLES } from '@ratestream/testing/needs';
import type { UsageEvent } from '@ratestream/events';
import { messageIdOf, usageEventId } from '@ratestream/events';
import { blankRecord, type CdrRecord, NumberingIndex } from '@ratestream/sms';
import { fingerprintOf } from '../src/enrich/identity.js';
import { textHasher } from '../src/enrich/keyed-hash.js';
import fc from 'fast-check';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { processRecord, type Outcome } from '../src/raw/process-record.js';
import { ACCEPTED, APPENDED_MS, canonical, context, raw, source, FACTS, view } from './world.js';

const usage = (outcome: Outcome): UsageEvent => {
  if (outcome.kind !== 'usage')
    throw new Error(JSON.stringify(outcome.kind === 'rejected' ? outcome.rejected.reason : outcome.kind));
  return outcome.usage;
};
const reason = (outcome: Outcome | undefined): string =>
  outcome?.kind === 'rejected' ? outcome.rejected.reason : (outcome?.kind ?? 'nothing');
const micros = (text: string): number => Date.parse(text) * 1000;

describe('a canonical record', () => {
  test('becomes a usage event', () => {
    expect(usage(canonical(ACCEPTED))).toMatchObject({
      usageEventId: usageEventId({ source: 'platform', sourceRecordId: 'm-1', attempt: 0, part: 1, event: 'accepted' }),
      messageId: messageIdOf('platform', 'm-1'),
      identity: { source: 'platform', sourceRecordId: 'm-1', attempt: 0, part: 1, event: 'accepted' },
      rawRef: { topic: 'cdr.raw', partition: 2, offset: 70 },
      rawAppendedAt: APPENDED_MS * 1000,
      catalogPosition: FACTS.length,
      account: 'acme',
      rootPayer: 'reseller',
      chain: ['acme', 'reseller'],
      times: { accepted: micros('2026-05-01T12:00:00Z'), submitted: null, done: null, zone: null, zoneFlag: null },
      timeEstimated: false,
      sender: 'ACME',
      senderType: 'alphanumeric',
      recipient: '+447700900123',
      country: 'GB',
      network: { reported: { mcc: '234', mnc: '10', country: 'GB', by: 'gateway' }, ported: null, range: null },
      trafficClass: 'transactional',
      classResolvedBy: 'account',
      encoding: 'gsm7',
      textLength: 17,
      parts: { reported: null, computed8: 1, computed16: 1, assumed: false },
    });
  });
  test('never carries the text', () => expect(JSON.stringify(canonical(ACCEPTED))).not.toContain('1234"'));
  test('the mapping finds the account by the name the gateway has for it', () => {
    expect(usage(canonical({ ...ACCEPTED, account: 'bulk77' })).account).toBe('acme');
    expect(usage(canonical({ ...ACCEPTED, account: undefined, systemId: 'bulk77' })).account).toBe('acme');
  });
  test('its connection brings supplier, route and grade', () => {
    const submitted = { ...ACCEPTED, event: 'submitted', connection: 'atlas', supplierMessageId: '0178611321' };
    expect(usage(canonical(submitted))).toMatchObject({
      supplier: 's1',
      connection: 'atlas',
      route: 'direct',
      routeGrade: 'a',
      identity: { attempt: 1 },
      supplierMessageId: { raw: '0178611321', normalised: '0178611321' },
    });
    expect(usage(canonical({ ...submitted, connection: 'nobody' }))).toMatchObject({
      connection: 'nobody',
      supplier: null,
    });
  });
  test('the numbering plan tells the range', () => {
    const index = new NumberingIndex([{ prefix: '4477', country: 'GB', mcc: '234', mnc: '15', operator: 'V' }]);
    expect(usage(canonical(ACCEPTED, { numbering: () => ({ index, by: 'plan:uk@3' }) })).network.range).toEqual({
      mcc: '234',
      mnc: '15',
      country: 'GB',
      at: null,
      by: 'plan:uk@3',
    });
  });
  test("without any time the broker's stands in, flagged", () => {
    expect(usage(canonical({ ...ACCEPTED, at: undefined }))).toMatchObject({
      timeEstimated: true,
      times: { accepted: APPENDED_MS * 1000 },
    });
  });
  test('masked content: one part is assumed and flagged, and nothing else is made up', () => {
    expect(usage(canonical({ ...ACCEPTED, text: undefined })).parts).toEqual({
      reported: null,
      computed8: null,
      computed16: null,
      assumed: true,
    });
    expect(usage(canonical({ ...ACCEPTED, text: undefined, parts: 3 })).parts).toEqual({
      reported: 3,
      computed8: null,
      computed16: null,
      assumed: false,
    });
    expect(usage(canonical({ ...ACCEPTED, text: undefined, encoding: 'gsm7', textLength: 80 })).parts).toMatchObject({
      computed8: 1,
      assumed: false,
    });
    expect(usage(canonical({ ...ACCEPTED, text: undefined, encoding: 'gsm7', textLength: 81 })).parts).toMatchObject({
      computed8: null,
      assumed: true,
    });
  });
});

describe('what can never succeed is rejected with its reason', () => {
  test.each([
    ['unknown_account', { ...ACCEPTED, account: 'nobody' }],
    ['no_account', { ...ACCEPTED, account: undefined, id: undefined }],
    ['bad_time', { ...ACCEPTED, at: 'yesterday' }],
    ['bad_time', { ...ACCEPTED, at: '2026-05-03T12:00:00Z' }],
    ['bad_recipient', { ...ACCEPTED, to: '07700900123' }],
    ['missing_field', { ...ACCEPTED, to: undefined }],
    ['bad_field', { ...ACCEPTED, mnc: 10 }],
    ['unsupported_event', { ...ACCEPTED, event: 'teleported' }],
    ['unknown_account', { ...ACCEPTED, account: '__proto__' }],
  ])('%s', (expected, record) => expect(reason(canonical(record))).toBe(expected));

  test('a scheduled time may lie ahead', () =>
    expect(canonical({ ...ACCEPTED, scheduledAt: '2026-06-01T12:00:00Z' }).kind).toBe('usage'));
  test.each([
    ['missing_source', {}],
    ['unknown_source', { source: 'unconfigured' }],
    ['bad_source', { source: 'platform', format: 'xml' }],
  ])('%s', (expected, headers) =>
    expect(reason(processRecord(raw('{}', headers as Record<string, string>), context())[0])).toBe(expected),
  );
  test('a value that is null, or empty', () => {
    expect(reason(processRecord(raw(null, { source: 'platform' }), context())[0])).toBe('empty');
    expect(reason(processRecord(raw('', { source: 'platform' }), context())[0])).toBe('empty');
  });
  test('a fault of ours ends in a reject, told apart', () => {
    const bugs: number[] = [];
    const broken = context({
      hashText: () => {
        throw new TypeError('ours');
      },
      onBug: (_, __, line) => void bugs.push(line),
    });
    expect(reason(processRecord(raw(JSON.stringify(ACCEPTED), { source: 'platform' }), broken)[0])).toBe(
      'internal_error',
    );
    expect(bugs).toEqual([1]);
  });
  test('its id is of the place, so that writing it twice is once', () => {
    const once = canonical({ ...ACCEPTED, account: 'nobody' });
    expect(once).toEqual(canonical({ ...ACCEPTED, account: 'nobody' }));
  });
  test('neither message nor bytes repeat the text', () => {
    const outcome = canonical({ ...ACCEPTED, account: 'nobody', text: 'secret words' });
    expect(outcome.kind === 'rejected' ? outcome.rejected.bytes.toString() : '').toContain('+447700900123');
    expect(
      JSON.stringify({ ...outcome, shown: outcome.kind === 'rejected' ? outcome.rejected.bytes.toString() : '' }),
    ).not.toContain('secret');
  });
});

describe('identity', () => {
  const idOf = (src: string, value: string, headers: Record<string, string> = {}, more = {}): string =>
    usage(processRecord(raw(value, { source: src, ...headers }, more), context())[0] as Outcome).identity
      .sourceRecordId;
  const json = JSON.stringify({ ...ACCEPTED, id: undefined });
  test("a gateway id, else the request's key and line, else the place", () => {
    expect(idOf('platform', JSON.stringify(ACCEPTED))).toBe('m-1');
    expect(idOf('platform', json, { 'record-base': 'http:k:abc', 'first-line': '5' })).toBe('http:k:abc:5');
    expect(idOf('platform', json)).toBe('cdr.raw/2/70/1');
    expect(idOf('plain', JSON.stringify(ACCEPTED))).toBe('cdr.raw/2/70/1');
  });
  test('rows of a file count on', () => {
    const rows = processRecord(
      raw('event,to,at\naccepted,447700900123,2026-05-01T12:00:00Z\naccepted,447700900123,2026-05-01T12:00:01Z', {
        source: 'rows',
        'record-base': 'file:d1',
        'first-line': '100',
      }),
      context(),
    );
    expect(rows.map((row) => usage(row).identity.sourceRecordId)).toEqual(['file:d1:101', 'file:d1:102']);
  });
  test('a report that is not terminal may come again with another state', () => {
    const of = (status: string): string =>
      usage(canonical({ id: 'm-1', event: 'unknown', status, account: 'acme' })).identity.sourceRecordId;
    expect([of('ENROUTE'), of('BUFFERED')]).toEqual(['m-1#enroute', 'm-1#buffered']);
  });
  test('the fingerprint is of the record alone: another catalog changes nothing, another word does', () => {
    const one = usage(canonical(ACCEPTED));
    const bare = view(FACTS.filter(([type]) => type !== 'ConnectionAdded'));
    expect(usage(canonical(ACCEPTED, { view: bare })).fingerprint).toEqual(one.fingerprint);
    for (const change of [
      { mnc: '20' },
      { to: '+447700900124' },
      { at: '2026-05-01T12:00:01Z' },
      { text: 'Your code is 12345' },
      { clientRef: 'x' },
    ]) {
      expect(usage(canonical({ ...ACCEPTED, ...change })).fingerprint).not.toEqual(one.fingerprint);
    }
  });
  test('a replay keeps the identity and the place of the original, and takes only the lines it names', () => {
    const body = `${JSON.stringify({ ...ACCEPTED, id: undefined })}\n${JSON.stringify({ ...ACCEPTED, id: undefined, to: '+447700900999' })}`;
    const [, second] = processRecord(raw(body, { source: 'platform' }), context());
    const again = processRecord(
      raw(
        body,
        { source: 'platform', 'replay-of': '2/70', 'replay-lines': '2', 'replay-attempt': '1' },
        { partition: 5, offset: 999, appendedAt: APPENDED_MS + 5000 },
      ),
      context(),
    );
    expect(again).toHaveLength(1);
    expect(usage(again[0] as Outcome)).toMatchObject({
      usageEventId: usage(second as Outcome).usageEventId,
      fingerprint: usage(second as Outcome).fingerprint,
      rawRef: { partition: 2, offset: 70 },
      rawAppendedAt: (APPENDED_MS + 5000) * 1000,
    });
  });
});

describe('fingerprint', () => {
  const hashed = (record: CdrRecord, counts: UsageEvent['parts'], textLength: number | null) =>
    fingerprintOf(record, counts, textLength, textHasher('a secret of the tests'));
  test('another secret gives another hash: nobody can guess what it was made of', () => {
    const other = fingerprintOf(blankRecord('accepted'), parts, null, textHasher('another secret'));
    expect(other).not.toEqual(hashed(blankRecord('accepted'), parts, null));
  });
  const NO_BUSINESS = new Set(['ownRecordId', 'text', 'partsReported', 'textLength']);
  const parts = { reported: null, computed8: 1, computed16: 1, assumed: false };
  const base = blankRecord('accepted');
  const fields = (Object.keys(base) as (keyof CdrRecord)[]).filter((field) => !NO_BUSINESS.has(field));
  test.each(fields)('%s is in it', (field) => {
    const objects: Partial<Record<keyof CdrRecord, unknown>> = {
      udh: { ref: 1, part: 1, total: 2 },
      ported: { mcc: null, mnc: null, country: null, at: null, by: 'hlr' },
    };
    const changed = { ...base, [field]: objects[field] ?? 'x' };
    expect(hashed(changed, parts, null)).not.toEqual(hashed(base, parts, null));
  });
  test('so are the counts, and two fields that swap their values', () => {
    const one = hashed(base, parts, null).hash;
    const others = [hashed(base, parts, 5), hashed(base, { ...parts, reported: 2 }, null)];
    for (const { hash } of others) expect(hash).not.toBe(one);
    const swapped = (from: string, to: string): string => hashed({ ...base, from, to }, parts, null).hash;
    expect(swapped('a', 'b')).not.toBe(swapped('b', 'a'));
    expect(one).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('who is asked', () => {
  const keys = (outcome: Outcome): readonly string[] => (outcome.kind === 'ask' ? outcome.ask.record.keys : []);
  test('a receipt with account and id needs nobody', () => {
    expect(canonical({ id: 'm-1', event: 'delivered', account: 'acme', at: ACCEPTED.at, attempt: 2 })).toMatchObject({
      kind: 'usage',
      usage: { identity: { attempt: 2 }, status: 'delivered', messageId: messageIdOf('platform', 'm-1') },
    });
  });
  test('unless its supplier id may tell the attempt that it does not name', () => {
    const receipt = { id: 'm-1', event: 'delivered', account: 'acme', connection: 'borea', supplierMessageId: 'FF' };
    expect(keys(canonical(receipt))).toEqual(['s|platform|m-1', 's|platform|m-1|c|borea|255']);
    expect(canonical({ ...receipt, attempt: 1 }).kind).toBe('usage');
    expect(usage(canonical({ ...receipt, supplierMessageId: undefined })).identity.attempt).toBe(1);
    expect(usage(canonical({ ...receipt, connection: undefined })).identity.attempt).toBe(1);
  });
  test("one with the gateway's id asks by it", () =>
    expect(keys(canonical({ id: 'm-1', event: 'delivered' }))).toEqual(['s|platform|m-1']));
  test("one with the supplier's id asks under both readings where the connection names none", () => {
    expect(keys(canonical({ event: 'delivered', connection: 'atlas', supplierMessageId: '0178611321' }))).toEqual([
      'c|atlas|178611321',
      'c|atlas|6314595105',
    ]);
    expect(keys(canonical({ event: 'delivered', connection: 'borea', supplierMessageId: 'AA56479' }))).toEqual([
      'c|borea|178611321',
    ]);
  });
  test('all readings of a connection meet in one place', () => {
    const outcome = canonical({ ...ACCEPTED, event: 'submitted', connection: 'atlas', supplierMessageId: '178611321' });
    const meetings =
      outcome.kind === 'usage' ? outcome.registrations.map(({ meeting, record }) => `${meeting} ${record.key}`) : [];
    expect(meetings).toEqual([
      's|platform|m-1 s|platform|m-1',
      'c|atlas c|atlas|178611321',
      'c|atlas c|atlas|6314595105',
    ]);
  });
  test('a part asks for the id of its message', () => {
    expect(keys(canonical({ ...ACCEPTED, udh: '050003F10402' }))).toEqual(['u|platform|ACME|+447700900123|241|4']);
    expect(canonical({ ...ACCEPTED, udh: '050003F10101' }).kind).toBe('usage');
  });
});

describe("the subtree of a tenant's key", () => {
  const posted = (record: object): string =>
    reason(processRecord(raw(JSON.stringify(record), { source: 'platform', scope: 'reseller' }), context())[0]);
  test('its own accounts', () => expect(posted(ACCEPTED)).toBe('usage'));
  test("not another tenant's", () => expect(posted({ ...ACCEPTED, account: 'other' })).toBe('out_of_scope'));
  test("nor a receipt that may be anybody's", () =>
    expect(posted({ id: 'm-1', event: 'delivered' })).toBe('out_of_scope'));
});

test("an hour that occurs twice follows the source's sequence", () => {
  const line = (time: string): string =>
    `2026-10-25 ${time} Sent SMS [SMSC:a] [ACT:acme] [FID:] [from:A] [to:4915112345678] [msg:1:a] [udh:0:]`;
  const times = processRecord(
    raw(
      [line('02:50:00'), line('02:10:00'), line('02:20:00')].join('\n'),
      { source: 'kannel' },
      { appendedAt: Date.UTC(2026, 9, 25, 2) },
    ),
    context(),
  );
  expect(times.map((t) => new Date((usage(t).times.submitted as number) / 1000).toISOString().slice(11, 16))).toEqual([
    '00:50',
    '01:10',
    '01:20',
  ]);
  expect(times.map((t) => usage(t).times.zoneFlag)).toEqual(['ambiguous', 'ambiguous', 'ambiguous']);
});

describe('hostile input', () => {
  const sources = fc.constantFrom('platform', 'kannel', 'rows', 'plain', 'nobody');
  test('arbitrary bytes and headers end in outcomes, one or more, never in an exception', () => {
    const headers = fc.dictionary(
      fc.constantFrom('format', 'columns', 'record-base', 'first-line', 'scope', 'replay-of', 'replay-attempt'),
      fc.oneof(fc.string({ maxLength: 20 }), fc.constantFrom('canonical-csv', '1/2', 'event,to')),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), sources, headers, (bytes, name, more) => {
        expect(processRecord(raw(Buffer.from(bytes), { ...more, source: name }), context()).length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
  test('a good record with one thing broken', () => {
    const good = Buffer.from(JSON.stringify({ ...ACCEPTED, udh: '050003F10402', ported: { mcc: '234', mnc: '20' } }));
    fc.assert(
      fc.property(fc.nat(good.length - 1), fc.uint8Array({ maxLength: 4 }), (at, junk) => {
        const broken = Buffer.concat([good.subarray(0, at), junk, good.subarray(at + 1)]);
        expect(processRecord(raw(broken, { source: 'platform' }), context()).length).toBeGreaterThan(0);
      }),
      { numRuns: 500 },
    );
  });
});

const folder = process.env['RATESTREAM_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
const kannelLog = join(folder, 'cdr_samples', 'kannel_bearerbox_access_masked.log');
const texts = join(folder, 'texts', 'SMSSpamCollection.tsv');

needs(existsSync(kannelLog), NO_SAMPLES)('real Kannel lines: one mark of the log, and nothing else is rejected', () => {
  const open = view([
    ...FACTS,
    [
      'SourceConfigured',
      source('real', {
        format: 'kannel-access-log',
        timeZone: 'Asia/Riyadh',
        defaultAccount: 'acme',
        accounts: { alerts: 'acme', Bulk77002: 'acme' },
      }),
    ],
  ]);
  const outcomes = processRecord(raw(readFileSync(kannelLog), { source: 'real' }), context({ view: open }));
  expect(outcomes.map(reason)).toEqual([
    'not_a_record',
    'ask',
    'usage',
    'ask',
    'ask',
    'ask',
    'ask',
    'usage',
    'usage',
    'usage',
    'usage',
    'usage',
    'usage',
  ]);
});

needs(existsSync(texts), NO_SAMPLES)('a corpus of real texts: nothing is rejected', () => {
  const lines = readFileSync(texts, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const counts: Record<number, number> = {};
  for (const [i, line] of lines.entries()) {
    const { parts } = usage(
      canonical({ ...ACCEPTED, id: `t-${i}`, text: line.slice(line.indexOf('\t') + 1).replace(/\r$/, '') }),
    );
    counts[parts.computed8 as number] = (counts[parts.computed8 as number] ?? 0) + 1;
  }
  expect(counts).toEqual({ 1: 5230, 2: 280, 3: 56, 4: 5, 5: 1, 6: 2 });
});
