import { needs, NO_SAMPLES } from '@ratestream/testing/needs';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { type CdrRecord, isFault, parseKannelLine, readRecords } from '../src/index.js';
import { dataFile } from './data.js';

const parsed = (line: string): CdrRecord => {
  const verdict = parseKannelLine(line);
  if (isFault(verdict)) throw new Error(`${verdict.fault}: ${verdict.message}`);
  return verdict;
};
const HEAD = '2026-05-01 12:00:00 ';

describe('parseKannelLine', () => {
  test('a sent message', () => {
    const line =
      HEAD +
      'Sent SMS [SMSC:R02] [SVC:hamrani] [ACT:acme] [BINF:b1] [ID:1b002787-002c-414a-a057-e91ac42f0a9b] [FID:481375012] [from:POSService] [to:966542196094] [flags:-1:0:-1:0:31] [msg:5:hello] [udh:0:]';
    expect(parsed(line)).toMatchObject({
      event: 'submitted',
      attempt: 1,
      direction: 'mt',
      at: '2026-05-01 12:00:00',
      account: 'acme',
      systemId: 'hamrani',
      clientRef: 'b1',
      gatewayMessageId: '1b002787-002c-414a-a057-e91ac42f0a9b',
      connection: 'R02',
      supplierMessageId: '481375012',
      from: 'POSService',
      to: '966542196094',
      encoding: 'gsm7',
      text: 'hello',
      textLength: 5,
      udh: null,
      dlrRequested: true,
    });
  });
  test('a receipt: its id is its own, its status in its text', () => {
    const line =
      HEAD +
      'Receive DLR [SMSC:R27] [SVC:s] [ACT:] [BINF:] [ID:9e3a9aaf-a34c-484b-9463-b742d5515171] [FID:120245073730] [from:S] [to:971551338063] [flags:-1:-1:-1:-1:1] [msg:111:id:120245073730 sub:001 dlvrd:001 submit date:1402150852 done date:1402150852 stat:DELIVRD err:000 text: 24F430] [udh:0:]';
    expect(parsed(line)).toMatchObject({
      event: 'delivered',
      gatewayMessageId: null,
      ownRecordId: '9e3a9aaf-a34c-484b-9463-b742d5515171',
      supplierMessageId: '120245073730',
      account: null,
      rawStatus: 'DELIVRD',
      errorCode: '000',
      attempt: null,
    });
  });
  test.each([
    ['the text wins over the type', '[flags:-1:-1:-1:-1:2] [msg:30:id:1 stat:DELIVRD err:0 text:]', 'delivered'],
    ['without a text the type tells', '[flags:-1:-1:-1:-1:16] [msg:4:NACK]', 'submit_rejected'],
    ['type 8 is the answer of the SMSC', '[flags:-1:-1:-1:-1:8] [msg:4:ACK/]', 'submitted'],
    ['neither', '[msg:4:0041]', 'unknown'],
  ])('status: %s', (_, tail, event) => {
    expect(parsed(`${HEAD}Receive DLR [SMSC:a] [FID:1] [from:x] [to:966555920997] ${tail} [udh:0:]`).event).toBe(event);
  });
  test('UCS-2 as hex, with a header', () => {
    const line =
      HEAD +
      'Sent SMS [SMSC:X] [ACT:a] [FID:10b8637f] [from:R] [to:966555920997] [msg:6:062D063500E9] [udh:6:050003F10402]';
    expect(parsed(line)).toMatchObject({
      encoding: 'ucs2',
      text: '\u062d\u0635é',
      textLength: 3,
      udh: { ref: 241, total: 4, part: 2 },
    });
  });
  test('octets as hex are no text', () => {
    expect(
      parsed(
        HEAD + 'Sent SMS [SMSC:X] [FID:] [from:R] [to:966555920997] [flags:-1:1:-1:-1:-1] [msg:3:0A0B0C] [udh:0:]',
      ),
    ).toMatchObject({ encoding: 'binary', text: null, textLength: 3 });
  });
  test('masked content: no text, the length the gateway counted', () => {
    expect(
      parsed(HEAD + 'Sent SMS [SMSC:X] [FID:aa56479] [from:N] [to:966564943005] [msg:110:.........)] [udh:0:]'),
    ).toMatchObject({ text: null, textLength: 110 });
  });
  test('a text may hold brackets and what looks like a field', () => {
    const body = 'see [to:999] [msg:3:abc] [udh:0:';
    expect(
      parsed(`${HEAD}Sent SMS [SMSC:X] [FID:] [from:N] [to:966564943005] [msg:${body.length}:${body}] [udh:0:]`),
    ).toMatchObject({ to: '966564943005', text: body });
  });
  test.each([
    [
      'a sender that forges the recipient',
      'Sent SMS [SMSC:X] [from:a] [to:9999] [to:966564943005] [msg:1:a] [udh:0:]',
      'malformed',
    ],
    ['cut off in the text', 'Sent SMS [SMSC:X] [from:a] [to:966564943005] [msg:100:abc', 'malformed'],
    ['cut off in the fields', 'Sent SMS [SMSC:X] [from:a', 'malformed'],
    ['no recipient', 'Sent SMS [SMSC:X] [from:a] [to:] [msg:1:a] [udh:0:]', 'missing_field'],
    ['a broken header', 'Sent SMS [SMSC:X] [from:a] [to:966564943005] [msg:1:a] [udh:6:0500]', 'malformed'],
    ['a mark of the log', 'Log begins', 'not_a_record'],
    ['something else of bearerbox', 'Reopened log [SMSC:X]', 'not_a_record'],
    ['a control character', 'Sent SMS [SMSC:X] [from:a\u0000] [to:966564943005] [msg:1:a] [udh:0:]', 'malformed'],
  ])('%s', (_, tail, fault) => expect(parseKannelLine(HEAD + tail)).toMatchObject({ fault }));
  test('a line without a time', () =>
    expect(parseKannelLine('Sent SMS [SMSC:X]')).toMatchObject({ fault: 'malformed' }));
  test('cut anywhere, a line is a record or a fault, never an exception', () => {
    const line =
      HEAD +
      'Sent SMS [SMSC:X] [ACT:a] [FID:10b8637f] [from:R] [to:966555920997] [flags:-1:2:-1:-1:-1] [msg:6:062D063500E9] [udh:6:050003F10402]';
    const complete = line.indexOf(' [udh:'); // a format without udh ends here
    for (let i = 0; i < line.length; i++)
      expect([i, isFault(parseKannelLine(line.slice(0, i)))]).toEqual([i, i !== complete && i !== complete + 1]);
    fc.assert(
      fc.property(
        fc.nat(line.length - 1),
        fc.string({ maxLength: 5 }),
        (at, junk) => void parseKannelLine(line.slice(0, at) + junk + line.slice(at + 1)),
      ),
    );
  });
});

const samples = dataFile('cdr_samples', 'kannel_bearerbox_access_masked.log');
needs(samples, NO_SAMPLES)('real lines of four dialects', () => {
  const lines = readRecords(readFileSync(samples as string), 'kannel-access-log');
  const seen = lines.map(({ verdict }) =>
    isFault(verdict) ? verdict.fault : `${verdict.event} ${verdict.encoding ?? '-'} ${verdict.textLength ?? '-'}`,
  );
  expect(seen).toEqual([
    'not_a_record', // Log begins
    'submitted ucs2 58',
    'submitted - 110',
    'unknown - -',
    'delivered - -',
    'delivered - -',
    'undelivered - -',
    'submitted gsm7 105',
    'submitted gsm7 109',
    'received gsm7 21',
    'submitted ucs2 7',
    'submit_rejected ucs2 28',
    'submitted gsm7 136',
  ]);
  expect(lines[1]?.verdict).toMatchObject({
    udh: { ref: 241, part: 2, total: 4 },
    account: 'alerts',
    supplierMessageId: '10b8637f',
  });
  expect(lines[4]?.verdict).toMatchObject({ supplierMessageId: 'aa56479', rawStatus: 'DELIVRD' });
  expect(lines[10]?.verdict).toMatchObject({ text: 'd\u00e8mes.]' });
  expect(lines[12]?.verdict).toMatchObject({ at: '2016-02-01 11:00:00', connection: 'SYBASE1' });
});
