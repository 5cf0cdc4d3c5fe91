import { needs, NO_SAMPLES } from '@ratestream/testing/needs';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { parseSmppReceipt, statusOfMask, statusOfStat, supplierIdReadings } from '../src/index.js';
import { dataFile } from './data.js';

describe('parseSmppReceipt', () => {
  test('the usual one', () => {
    expect(
      parseSmppReceipt(
        'id:0178611321 sub:001 dlvrd:001 submit date:1507061458 done date:1507061458 stat:DELIVRD err:000 text:.:.1.A.)',
      ),
    ).toEqual({
      supplierMessageId: '0178611321',
      status: { event: 'delivered', status: 'delivered' },
      rawStatus: 'DELIVRD',
      errorCode: '000',
      submitted: 1,
      delivered: 1,
      submitDate: '1507061458',
      doneDate: '1507061458',
    });
  });
  test.each([
    ['capital Text', 'id:1 sub:001 dlvrd:000 stat:UNDELIV err:012 Text:stat:DELIVRD', '1', 'undelivered', '012'],
    [
      'a UUID for an id',
      'id:61F276D3-35668-664E-7F9FFC889700 stat:DELIVRD err:000 text:',
      '61F276D3-35668-664E-7F9FFC889700',
      'delivered',
      '000',
    ],
    ['few fields', 'id:GW-1 stat:DELIVRD err:000 text:', 'GW-1', 'delivered', '000'],
    ['another order and case', 'STAT:EXPIRED ERR:5 ID:ab12', 'ab12', 'expired', '5'],
    ['commas', 'id:7,sub:001,stat:REJECTD,err:1', '7', 'rejected', '1'],
    [
      'a status nobody knows',
      'id:IIIIIIIIII sub:SSS dlvrd:DDD submit date:YYMMDDhhmm done date:YYMMDDhhmm stat:DDDDDDD err:E text:. . .',
      'IIIIIIIIII',
      'unknown',
      'E',
    ],
    [
      'a UCP notification',
      '00,0210021543,0210021500,,447887123456,10110200000000,we2345678i9o03er45ty67u',
      'we2345678i9o03er45ty67u',
      'delivered',
      null,
    ],
    ['no id', 'stat:DELIVRD', null, 'delivered', null],
  ])('%s', (_, text, id, event, err) => {
    expect(parseSmppReceipt(text)).toMatchObject({ supplierMessageId: id, status: { event }, errorCode: err });
  });
  test.each(['', 'Hello id:5', 'your stat: is fine', 'ACK/'.repeat(4)])('"%s" is no receipt', (text) => {
    const found = parseSmppReceipt(text);
    expect(found === null || found.status.event === 'unknown').toBe(true);
  });
  test('never throws, in bounded time', () => {
    fc.assert(fc.property(fc.string({ maxLength: 300 }), (text) => void parseSmppReceipt(text)));
    const started = performance.now();
    parseSmppReceipt('id: '.repeat(100_000));
    parseSmppReceipt('submit date'.repeat(100_000));
    expect(performance.now() - started).toBeLessThan(200);
  });
});

const samples = dataFile('cdr_samples', 'smpp_delivery_receipts.txt');
needs(samples, NO_SAMPLES)('every real receipt is one', () => {
  for (const line of readFileSync(samples as string, 'utf8')
    .split('\n')
    .filter((l) => l !== '')) {
    expect(parseSmppReceipt(line)?.supplierMessageId).toEqual(expect.any(String));
  }
});

describe('statuses', () => {
  test.each([
    ['DELIVRD', 'delivered', 'delivered'],
    ['UNDELIV', 'undelivered', 'undelivered'],
    ['EXPIRED', 'expired', 'expired'],
    ['REJECTD', 'rejected', 'rejected'],
    ['DELETED', 'deleted', 'deleted'],
    ['ENROUTE', 'unknown', 'enroute'],
    ['BUFFERED', 'unknown', 'buffered'],
    ['ACCEPTD', 'unknown', 'accepted_by_smsc'],
    ['UNKNOWN', 'unknown', 'unknown'],
    ['delivrd', 'delivered', 'delivered'],
    ['2', 'delivered', 'delivered'],
    ['5', 'undelivered', 'undelivered'],
    ['8', 'rejected', 'rejected'],
    ['nonsense', 'unknown', 'unknown'],
    ['__proto__', 'unknown', 'unknown'],
  ])('stat %s', (stat, event, status) => expect(statusOfStat(stat)).toEqual({ event, status }));
  test.each([
    [1, 'delivered'],
    [2, 'undelivered'],
    [4, 'unknown'],
    [8, 'submitted'],
    [16, 'submit_rejected'],
  ])('mask %d', (mask, event) => expect(statusOfMask(mask)?.event).toBe(event));
  test.each([0, -1, 3, 31, NaN])('mask %d says nothing', (mask) => expect(statusOfMask(mask)).toBeNull());
});

describe('supplierIdReadings', () => {
  const values = (raw: string, format: 'dec' | 'hex' | 'string' | null): string[] =>
    supplierIdReadings(raw, format).map((r) => r.value);
  test.each([
    ['aa56479', null, ['178611321']],
    ['0178611321', null, ['178611321', '6314595105']],
    ['70BA8A69', 'hex', ['1891273321']],
    ['1891273321', 'dec', ['1891273321']],
    ['0x1F', 'hex', ['31']],
    ['000', 'dec', ['0']],
    ['GW-1', null, ['GW-1']],
    ['GW-1', 'hex', ['GW-1']],
    ['0012', 'string', ['0012']],
    [' 12 ', 'string', ['12']],
    ['ffffffffffffffffffff', 'hex', ['1208925819614629174706175']],
  ] as const)('%s as %s', (raw, format, expected) => expect(values(raw, format)).toEqual(expected));
  test('the two spellings of one id meet in one value', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n }), fc.nat(4), (id, zeros) => {
        const hex = values(id.toString(16), 'hex');
        const dec = values('0'.repeat(zeros) + id.toString(), 'dec');
        expect(hex).toEqual(dec);
      }),
    );
  });
});
