import { PLAIN_RATE } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import type { SheetMappingInput } from '../src/index.js';
import { importSheet, prices } from './import-sheet.js';

const EUR = { fixed: 'EUR' };
const plain: SheetMappingInput = { country: { column: 'Country' }, price: { column: 'Price' }, currency: EUR };
const network: SheetMappingInput = { ...plain, mcc: 'MCC', mnc: 'MNC', operator: { column: 'Network' } };

/** Codes of the refused rows with their columns, as a person would be told. */
async function refused(csv: string, mapping: SheetMappingInput): Promise<string[]> {
  const { verdicts } = await importSheet(csv, mapping);
  return verdicts.flatMap(({ row, faults }) => faults.map(({ column, code }) => `${row}${column ?? ''} ${code}`));
}

test.each([
  ['0.05', '.', '', 50_000_000n],
  ['0,05', ',', '', 50_000_000n],
  ['1.000,05', ',', '.', 1_000_050_000_000n],
  ["1'000.5", '.', "'", 1_000_500_000_000n],
  ['€ 0,05', ',', '', 50_000_000n],
  ['0.05 EUR', '.', '', 50_000_000n],
  ['EUR0.05', '.', '', 50_000_000n],
  ['.05', '.', '', 50_000_000n],
  ['0.0500000000000', '.', '', 50_000_000n],
  ['0', '.', '', 0n],
] as const)('a price written %j with %j and %j is %s', async (text, decimal, thousands, nano) => {
  const sheet = await importSheet(`Country;Price\nGB;${text}\n`, { ...plain, decimal, thousands });
  expect(prices(sheet)).toEqual([['any:GB', nano]]);
});

test.each([
  ['0,05', 'malformed_price'],
  ['1.000.05', 'malformed_price'],
  ['-0.05', 'negative_price'],
  ['0.0000000001', 'too_precise'],
  ['', 'missing_price'],
  ['n/a', 'malformed_price'],
  ['1e-3', 'malformed_price'],
  ['1000000001', 'too_large'],
  ['=0.05', 'formula'],
  ['$0.05', 'other_currency'],
  ['0.05 GBP', 'other_currency'],
])('a price written %j is refused: %s', async (text, code) => {
  expect(await refused(`Country;Price\nGB;${text}\n`, plain)).toContain(`2B ${code}`);
});

test('a price without a currency anywhere is refused, never taken for the card’s', async () => {
  expect(await refused('Country,Price\nGB,0.05\n', { ...plain, currency: {} })).toEqual(['2B missing_currency']);
});

test.each([
  ['GB', 'any:GB'],
  ['gbr', 'any:GB'],
  ['United Kingdom', 'any:GB'],
  ['Côte d’Ivoire', 'any:CI'],
  ['VIET NAM', 'any:VN'],
  ['Bosnia & Herzegovina', 'any:BA'],
  ['Inselreich', 'any:MT'],
])('the country %j is %s', async (text, rateId) => {
  const mapping = { ...plain, country: { column: 'Country', aliases: { inselreich: 'MT' } } };
  expect(prices(await importSheet(`Country;Price\n${text};1\n`, mapping))).toEqual([[rateId, 1_000_000_000n]]);
});

test('every fault of a row is named at once, with its column', async () => {
  const mapping = { ...network, dialCode: 'Dial' };
  const csv = 'Country,MCC,MNC,Network,Dial,Price\nAtlantis,26,1,,+0,x\n';
  expect(await refused(csv, mapping)).toEqual([
    '2A unknown_country',
    '2B malformed_network',
    '2C malformed_network',
    '2E malformed_prefix',
    '2F malformed_price',
  ]);
});

test('a country that has no numbers under the calling code is refused; one that shares the code is not', async () => {
  const mapping = { ...plain, dialCode: 'Code' };
  const csv = 'Country,Code,Price\nNG,84,1\nVN,84,1\nCA,1,1\nKZ,7,1\nAI,1264,1\nUS,1264,1\nMF,590,1\n';
  expect(await refused(csv, mapping)).toEqual(['2B country_contradicts_code', '7B country_contradicts_code']);
});

test('national codes and their ranges stand behind the calling code', async () => {
  const mapping = { ...plain, dialCode: 'Code', codes: 'Codes' };
  const sheet = await importSheet(
    'Country,Code,Codes,Price\nGB,44,"7400, 7403-7405; 7410-7419",1\nGB,44,7-9x,1\n',
    mapping,
  );
  expect(sheet.rates.map(({ rateId }) => rateId)).toEqual([
    'any:+447400',
    'any:+447403',
    'any:+447404',
    'any:+447405',
    'any:+44741',
  ]);
  expect(sheet.verdicts[1]).toMatchObject({ row: 3, faults: [{ column: 'C', code: 'malformed_prefix' }] });
});

test('an operator is found by name with all its networks; another name is refused', async () => {
  const mapping = { ...plain, operator: { column: 'Network', resolve: true, aliases: { Orange: 'EE' } } };
  const csv = 'Country,Network,Price\nDE,Telekom,1\nDE,Nobody,1\nDE,Other,2\nGB,Orange,3\n';
  const sheet = await importSheet(csv, mapping);
  const ids = sheet.rates.map(({ rateId }) => rateId);
  expect(ids).toEqual(expect.arrayContaining(['any:DE-262-01', 'any:DE-262-06', 'any:DE', 'any:GB-234-30']));
  expect(sheet.verdicts[1]).toMatchObject({ verdict: 'refused', faults: [{ column: 'B', code: 'unknown_operator' }] });
});

test('MNCs that a sheet fills up on the right resolve to the networks they mean', async () => {
  const rows = [
    'DE,262,010,Telekom',
    'DE,262,020,Vodafone',
    'DE,262,030,O2',
    'US,310,410,AT&T',
    'ES,214,010,Vodafone',
    'ES,214,030,Orange',
  ];
  const sheet = await importSheet(
    `Country,MCC,MNC,Network,Price\n${rows.map((row) => `${row},1\n`).join('')}`,
    network,
  );
  expect(sheet.summary.padding?.padding).toBe('right');
  expect(sheet.rates.map(({ mcc, mnc }) => `${mcc}-${mnc}`)).toEqual([
    '262-01',
    '262-02',
    '262-03',
    '310-410',
    '214-01',
    '214-03',
  ]);
});

test('MNCs filled up on the left, and those not filled up at all', async () => {
  const left = await importSheet(
    'Country,MCC,MNC,Network,Price\nDE,262,001,,1\nDE,262,003,,1\nUS,310,410,,1\n',
    network,
  );
  expect([left.summary.padding?.padding, ...left.rates.map(({ mnc }) => mnc)]).toEqual(['left', '01', '03', '410']);
  const none = await importSheet('Country,MCC,MNC,Network,Price\nDE,262,01,,1\nUS,310,410,,1\n', network);
  expect([none.summary.padding?.padding, ...none.rates.map(({ mnc }) => mnc)]).toEqual(['none', '01', '410']);
});

test('an MNC that has lost its zero is refused and not guessed', async () => {
  expect(await refused('Country,MCC,MNC,Network,Price\nDE,262,1,,1\n', network)).toEqual(['2C malformed_network']);
});

test('a combined column', async () => {
  const sheet = await importSheet('Country,Code,Price\nDE,26201,1\nDE,262-02,1\nDE,262/03,1\nDE,262,1\n', {
    ...plain,
    mccMnc: 'Code',
  });
  expect(sheet.rates.map(({ rateId }) => rateId)).toEqual([
    'any:DE-262-01',
    'any:DE-262-02',
    'any:DE-262-03',
    'any:DE-262',
  ]);
});

test('the second row of a key is refused and names the first', async () => {
  const { verdicts } = await importSheet('Country,Price\nGB,1\nDE,1\nGB,2\nGB,1\n', plain);
  expect(verdicts.map(({ row, verdict, faults }) => [row, verdict, faults[0]?.message])).toEqual([
    [2, 'accepted', undefined],
    [3, 'accepted', undefined],
    [4, 'refused', '"any:GB" is in row 2 already'],
    [5, 'refused', '"any:GB" is in row 2 already at the same price'],
  ]);
});

const rate = (rateId: string, country: string, price: bigint): RateRow => ({
  rateId,
  country,
  mcc: null,
  mnc: null,
  prefix: null,
  trafficClass: null,
  price,
  unit: 'part',
  basis: 'delivered',
  timeoutSec: 60,
  timeoutPolicy: null,
  ...PLAIN_RATE,
});

test('findings of accepted rows: free of charge, a jump of more than half, an unknown network', async () => {
  const base = [rate('any:GB', 'GB', 100n), rate('any:DE', 'DE', 100n), rate('any:FR', 'FR', 100n)];
  const csv = 'Country,MCC,MNC,Network,Price\nGB,,,,0.00000015\nDE,,,,0.000000151\nFR,,,,0\nDE,262,97,,1\n';
  const { findings, summary, rates } = await importSheet(csv, network, { base });
  expect(findings.map(({ row, column, code, severity }) => `${row}${column ?? ''} ${code} ${severity}`)).toEqual([
    '3E jump warning',
    '4E price_of_zero warning',
    '4E jump warning',
    '5 unknown_network warning',
  ]);
  expect(summary).toMatchObject({ rowsIn: 4, accepted: 4, findings: { jump: { count: 2, firstRow: 3 } } });
  // What the sheet does not speak of stays as it was.
  expect(rates[0]).toMatchObject({ basis: 'delivered', timeoutSec: 60 });
});

test('a named class on a wide destination ties with any class on a narrow one, until a third rate settles it', async () => {
  const mapping = { ...network, trafficClass: { column: 'Class' } };
  const csv = 'Country,MCC,MNC,Network,Class,Price\nGB,,,,otp,1\nGB,234,10,,,2\nGB,234,15,,,2\nGB,234,15,,otp,3\n';
  const { findings } = await importSheet(csv, mapping);
  expect(findings.map(({ row, code, message }) => [row, code, message.slice(0, 32)])).toEqual([
    [3, 'tie', '"any:GB-234-10" and "otp:GB" can'],
  ]);
});

test.each([
  ['iso', 'UTC', '2026-05-01', '2026-05-01T00:00:00.000Z'],
  ['iso', 'Europe/Berlin', '2026-05-01', '2026-04-30T22:00:00.000Z'],
  ['iso', 'Europe/Berlin', '2026-05-01T00:00:00Z', '2026-05-01T00:00:00.000Z'],
  ['dd.MM.yyyy', 'Asia/Shanghai', '01.05.2026', '2026-04-30T16:00:00.000Z'],
  ['MM/dd/yyyy', 'UTC', '05/01/2026', '2026-05-01T00:00:00.000Z'],
])('a date as %s in %s: %s is %s', async (format, zone, text, instant) => {
  const mapping = { ...plain, effectiveDate: { column: 'From', format, zone } };
  const { summary } = await importSheet(`Country,Price,From\nGB,1,${text}\n`, mapping);
  expect(new Date((summary.effectiveFrom ?? 0) / 1_000).toISOString()).toBe(instant);
});

test('several effective dates: none is guessed; with an instant, later rows wait and older ones give way', async () => {
  const mapping = { ...plain, effectiveDate: { column: 'From' } };
  const csv = 'Country,Price,From\nGB,1,2026-01-01\nGB,2,2026-02-01\nDE,1,2026-03-01\nFR,1,soon\n';
  await expect(importSheet(csv, mapping)).rejects.toMatchObject({
    code: 'several_effective_dates',
    row: 3,
    column: 'C',
  });
  const { verdicts, rates, findings } = await importSheet(csv, mapping, {
    effectiveFrom: Date.UTC(2026, 1, 1) * 1_000,
    now: Date.UTC(2026, 5, 1) * 1_000,
  });
  expect(verdicts.map(({ faults }) => faults.map(({ code }) => code).join())).toEqual([
    'superseded_in_sheet',
    '',
    'later_date',
    'malformed_date',
  ]);
  expect(rates.map(({ price }) => price)).toEqual([2_000_000_000n]);
  expect(findings.at(-1)).toMatchObject({ row: null, column: 'C', code: 'past_effective_date' });
});

test('a header further down, rows to skip, other delimiters and spaces in names', async () => {
  const csv = 'Offer of May\n\n COUNTRY  name \t"PRICE\nper part"\n(unit)\tEUR\nGB\t0.1\n';
  const mapping = { ...plain, country: { column: 'Country name' }, price: { column: 'price per part' }, skipRows: 1 };
  const sheet = await importSheet(csv, mapping);
  expect([prices(sheet), sheet.summary.headerRow, sheet.verdicts[0]?.row]).toEqual([[['any:GB', 100_000_000n]], 3, 6]);
});

test('no header at all: columns by position', async () => {
  const sheet = await importSheet('GB;0.1\n', {
    country: { column: 1 },
    price: { column: 2 },
    currency: EUR,
    headerRow: 0,
    delimiter: ';',
  });
  expect(prices(sheet)).toEqual([['any:GB', 100_000_000n]]);
});

test('a row without a destination is the default only where the mapping says so', async () => {
  expect(await refused('Country,Price\n,1\n', plain)).toEqual(['2 no_destination']);
  expect(prices(await importSheet('Country,Price\n,1\n', { ...plain, blankDestination: 'default' }))).toEqual([
    ['any:default', 1_000_000_000n],
  ]);
});
