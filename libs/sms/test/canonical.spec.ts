import fc from 'fast-check';
import {
  blankText,
  isFault,
  parseCanonicalCsv,
  parseCanonicalJson,
  readRecords,
  sliceJsonArray,
} from '../src/index.js';

const ACCEPTED = {
  id: 'm-1',
  event: 'accepted',
  account: 'acme',
  at: '2026-05-01T12:00:00Z',
  from: 'ACME',
  to: '+447700900123',
  mcc: '234',
  mnc: '10',
  text: 'Your code is 1234',
};

describe('parseCanonicalJson', () => {
  test('a record', () => {
    expect(
      parseCanonicalJson(
        JSON.stringify({ ...ACCEPTED, parts: 2, udh: '050003F10402', ported: { mcc: '234', mnc: '20', by: 'hlr' } }),
      ),
    ).toMatchObject({
      event: 'accepted',
      gatewayMessageId: 'm-1',
      account: 'acme',
      at: '2026-05-01T12:00:00Z',
      mcc: '234',
      mnc: '10',
      partsReported: 2,
      udh: { ref: 241, part: 2, total: 4 },
      ported: { mcc: '234', mnc: '20', country: null, at: null, by: 'hlr' },
      text: 'Your code is 1234',
      direction: 'mt',
    });
  });
  test('exact numbers are taken for ids, others refused', () => {
    expect(parseCanonicalJson('{"event":"accepted","id":12345}')).toMatchObject({ gatewayMessageId: '12345' });
    expect(parseCanonicalJson('{"event":"accepted","id":12345678901234567890}')).toMatchObject({ fault: 'bad_field' });
  });
  test.each([
    ['not JSON', '{"event":', 'malformed'],
    ['an array', '[1]', 'malformed'],
    ['null', 'null', 'malformed'],
    ['no event', '{"id":"1"}', 'missing_field'],
    ['an event of rating', '{"event":"timeout"}', 'unsupported_event'],
    ['voice', '{"event":"call_ended"}', 'unsupported_event'],
    ['an MNC that lost its zero', '{"event":"accepted","mcc":"262","mnc":1}', 'bad_field'],
    ['an object for a name', '{"event":"accepted","account":{"a":1}}', 'bad_field'],
    ['a long id', `{"event":"accepted","id":"${'x'.repeat(256)}"}`, 'bad_field'],
    ['a control character', '{"event":"accepted","from":"a\\u0000b"}', 'bad_field'],
    ['a control character that JSON takes as it is', '{"event":"accepted","from":"a\u007fb"}', 'bad_field'],
    ['a control character within what is nested', '{"event":"accepted","ported":{"by":"a\\tb"}}', 'bad_field'],
    ['part 0', '{"event":"accepted","part":0}', 'bad_field'],
    ['part above total', '{"event":"accepted","udh":{"ref":1,"part":3,"total":2}}', 'bad_field'],
    ['a UDH that is none', '{"event":"accepted","udh":"0500"}', 'bad_field'],
  ])('%s', (_, json, fault) => expect(parseCanonicalJson(json)).toMatchObject({ fault }));
  test('of several faults the first in the order of the contract is told, wherever it stands', () => {
    const told = (fields: string): unknown => parseCanonicalJson(`{${fields}}`);
    const [id, mcc, status] = ['"id":true', '"mcc":1', '"status":{}'];
    for (const fields of [
      [status, mcc, id],
      [id, mcc, status],
    ])
      expect(told(`${fields.join(',')},"event":"accepted"`)).toEqual({
        fault: 'bad_field',
        message: 'id is no string',
      });
    expect(told(`${id},${mcc}`)).toMatchObject({ fault: 'missing_field' });
  });
  test('what a record says of its status stays, and says more where it is unknown', () => {
    const read = (more: object): unknown => parseCanonicalJson(JSON.stringify({ id: '1', ...more }));
    expect(read({ event: 'delivered', status: 'DELIVRD' })).toMatchObject({ status: null, rawStatus: 'DELIVRD' });
    expect(read({ status: 'ENROUTE', event: 'unknown', rawStatus: '1' })).toMatchObject({
      status: 'enroute',
      rawStatus: '1',
    });
    expect(read({ rawStatus: '7', event: 'unknown' })).toMatchObject({ status: null, rawStatus: '7' });
  });
  test('the direction follows the event where none is named', () => {
    const direction = (more: object): unknown => parseCanonicalJson(JSON.stringify(more));
    expect(direction({ event: 'received' })).toMatchObject({ direction: 'mo' });
    expect(direction({ direction: '', event: 'forwarded' })).toMatchObject({ direction: 'mo' });
    expect(direction({ direction: 'at', event: 'received' })).toMatchObject({ direction: 'at' });
    expect(direction({ direction: 'up', event: 'received' })).toMatchObject({ fault: 'bad_field' });
  });
  test('a prototype is no field', () => {
    expect(isFault(parseCanonicalJson('{"__proto__":{"event":"accepted"}}'))).toBe(true);
  });
  test('never throws', () => {
    fc.assert(fc.property(fc.json(), (json) => void parseCanonicalJson(json)));
    fc.assert(
      fc.property(
        fc.dictionary(
          fc.constantFrom('event', 'id', 'udh', 'ported', 'text', 'parts', 'mcc', 'at', 'dlrRequested'),
          fc.jsonValue(),
        ),
        (o) => {
          parseCanonicalJson(JSON.stringify({ event: 'accepted', ...o }));
        },
      ),
    );
  });
});

describe('readRecords', () => {
  const read = (
    text: string | Buffer,
    format: 'canonical-json' | 'canonical-csv' | 'kannel-access-log' = 'canonical-json',
  ) =>
    readRecords(Buffer.isBuffer(text) ? text : Buffer.from(text), format).map(
      ({ line, verdict }) => `${line} ${isFault(verdict) ? verdict.fault : verdict.event}`,
    );
  const one = JSON.stringify(ACCEPTED);

  test('each line has its own verdict', () => {
    expect(read(`${one}\r\n\n{"event"\n${one}`)).toEqual(['1 accepted', '3 malformed', '4 accepted']);
  });
  test('an array, also over lines', () =>
    expect(read(`[${one},\n {"event":"x"},\n${one}]`)).toEqual(['1 accepted', '2 unsupported_event', '3 accepted']));
  test('one object over lines', () => expect(read(JSON.stringify(ACCEPTED, null, 2))).toEqual(['1 accepted']));
  test('a byte order mark', () => expect(read('\ufeff' + one)).toEqual(['1 accepted']));
  test('CSV with its header, quotes and a line break inside', () => {
    expect(
      read(
        'id,event,to,text,ported.mcc\r\n1,accepted,447700900123,"a ""b""\nc",234\r\n2,accepted\r\n3,submitted,447700900123,,',
        'canonical-csv',
      ),
    ).toEqual(['2 accepted', '4 malformed', '5 submitted']);
  });
  test('CSV without a header', () => {
    expect(read('1,accepted', 'canonical-csv')).toEqual(['1 malformed']);
    expect(parseCanonicalCsv('1,accepted', ['id', 'event'])[0]?.verdict).toMatchObject({ gatewayMessageId: '1' });
  });
  test('CSV whose quote never closes', () => {
    expect(read('id,event\n1,accepted\n2,"acc\n3,accepted', 'canonical-csv').slice(0, 1)).toEqual(['2 accepted']);
    expect(read('id,event\n2,"acc\n3,accepted', 'canonical-csv')[0]).toMatch(/malformed/);
  });
  test('nothing, blanks, not UTF-8, too large, too long, too many', () => {
    expect(readRecords(null, 'canonical-json')[0]?.verdict).toMatchObject({ fault: 'empty' });
    expect(read('')).toEqual(['1 empty']);
    expect(read('  \n \n')).toEqual(['1 empty']);
    expect(read(Buffer.from([0x7b, 0xff, 0xfe, 0x7d]))).toEqual(['1 bad_encoding']);
    expect(read(Buffer.alloc(1_048_577, 32))).toEqual(['1 oversized']);
    expect(read(`{"event":"accepted","text":"${'x'.repeat(65_536)}"}\n${one}`)).toEqual(['1 oversized', '2 accepted']);
    expect(read('{}\n'.repeat(10_001))).toEqual(['1 too_many_lines']);
  });
  test('deep JSON is only deep', () => {
    expect(read('{"event":"accepted","x":' + '['.repeat(30_000) + ']'.repeat(30_000) + '}')).toEqual(['1 accepted']);
    expect(read('['.repeat(500_000))).toEqual(['1 malformed']);
  });
  test('arbitrary bytes are records or faults, in every format', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 400 }),
        fc.constantFrom('canonical-json' as const, 'canonical-csv' as const, 'kannel-access-log' as const),
        (bytes, format) => {
          expect(read(Buffer.from(bytes), format).length).toBeGreaterThan(0);
        },
      ),
    );
  });
});

test('an array is cut without being parsed', () => {
  expect(sliceJsonArray('[{"a":"],[\\""}, 12345678901234567890 ,[1,[2]]]')).toEqual([
    '{"a":"],[\\""}',
    '12345678901234567890',
    '[1,[2]]',
  ]);
  expect(sliceJsonArray('[]')).toEqual([]);
  expect(sliceJsonArray('[{]')).toBeNull();
  expect(sliceJsonArray('[' + '['.repeat(20) + ']'.repeat(20) + ']')).toBeNull();
});

describe('blankText', () => {
  const secret = 'Your code is 1234';
  const fault = { fault: 'bad_field', message: '' } as const;
  test.each([
    [
      'canonical',
      JSON.stringify({ ...ACCEPTED, payload: { sms: secret }, 'te\u0078t': secret }),
      'canonical-json' as const,
    ],
    ['broken JSON', JSON.stringify(ACCEPTED).slice(0, -3), 'canonical-json' as const],
    [
      'Kannel',
      `2026-05-01 12:00:00 Sent SMS [SMSC:X] [to:4477] [msg:17:${secret}] [udh:0:]`,
      'kannel-access-log' as const,
    ],
    [
      'Kannel cut off',
      `2026-05-01 12:00:00 Sent SMS [SMSC:X] [to:4477] [msg:17:${secret}`,
      'kannel-access-log' as const,
    ],
    ['CSV', `m-1,accepted,${secret}`, 'canonical-csv' as const],
    ['unknown', `whatever ${secret}`, null],
  ])('%s', (_, line, format) => {
    const shown = blankText(line, format, fault);
    expect(shown).not.toContain('1234');
    expect(shown).not.toContain('code is');
  });
  test('what is no content stays', () =>
    expect(blankText(JSON.stringify(ACCEPTED), 'canonical-json', fault)).toContain('+447700900123'));
});
