import { needs, NO_SAMPLES } from '@ratestream/testing/needs';
import fc from 'fast-check';
import { getCountries, getExampleNumber, parsePhoneNumberFromString } from 'libphonenumber-js/max';
import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { countryOf, normaliseNumber, normaliseSender, NumberingIndex, PrefixIndex } from '../src/index.js';
import { dataFile } from './data.js';

const examples = createRequire(import.meta.url)('libphonenumber-js/examples.mobile.json') as Record<string, string>;

describe('normaliseNumber', () => {
  test.each([
    ['+447700900123', '+447700900123', 'e164'],
    ['00447700900123', '+447700900123', 'e164'],
    ['447700900123', '+447700900123', 'e164'],
    ['0044 7700-900.123', '+447700900123', 'e164'],
    ['+44 (7700) 900/123', '+447700900123', 'e164'],
    ['22363710077', '+22363710077', 'e164'],
    ['81234', '81234', 'short_code'],
    ['112233', '112233', 'short_code'],
    ['070', '070', 'short_code'],
    ['+6837000', '+6837000', 'e164'],
  ])('%s → %s', (written, value, kind) => expect(normaliseNumber(written)).toEqual({ ok: true, kind, value }));

  test.each([
    ['', 'empty'],
    ['  ', 'empty'],
    ['+', 'not_a_number'],
    ['ACME', 'not_a_number'],
    ['44770090012x', 'not_a_number'],
    ['++447700900123', 'not_a_number'],
    ['+0447700900123', 'unknown_calling_code'],
    ['07700900123', 'national'],
    ['+4477009001234567', 'too_long'],
    ['+44770', 'too_short'],
    ['9990000001', 'unknown_calling_code'],
    ['٤٤٧٧٠٠٩٠٠١٢٣', 'not_a_number'],
  ])('%s is refused: %s', (written, fault) => expect(normaliseNumber(written)).toEqual({ ok: false, fault }));

  test('a national number needs the rules of its source', () => {
    expect(normaliseNumber('07700900123', { callingCode: '44', trunkPrefix: '0' })).toEqual({
      ok: true,
      kind: 'e164',
      value: '+447700900123',
    });
  });

  test('what is normalised stays as it is, and never more than 15 digits', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[+0-9 ()-]{0,24}$/), (written) => {
        const once = normaliseNumber(written);
        if (!once.ok) return;
        expect(normaliseNumber(once.value)).toEqual(once);
        expect(once.value.length).toBeLessThanOrEqual(16);
      }),
    );
  });

  test('senders may be anything', () => {
    expect(normaliseSender('VOX Cinemas')).toEqual({ kind: 'alphanumeric', value: 'VOX Cinemas' });
    expect(normaliseSender('+22363597749').kind).toBe('e164');
    expect(normaliseSender('70707').kind).toBe('short_code');
  });
});

describe('countryOf', () => {
  test.each([
    ['+14165550100', 'CA'],
    ['+12125550100', 'US'],
    ['+18765550100', 'JM'],
    ['+17875550100', 'PR'],
    ['+447700900123', 'GB'],
    ['+447937123456', 'JE'],
    ['+447624123456', 'IM'],
    ['+447781123456', 'GG'],
    ['+77011234567', 'KZ'],
    ['+79161234567', 'RU'],
    ['+262639123456', 'YT'],
    ['+262692123456', 'RE'],
    ['+5993181234', 'BQ'],
    ['+59995181234', 'CW'],
    ['+38344123456', 'XK'],
    ['+881612345678', null],
    ['70707', null],
  ])('%s is in %s', (number, country) => expect(countryOf(number)).toBe(country));

  // Guadeloupe, Saint Barthélemy and Saint Martin share their ranges, as do Åland's mobiles with Finland's, Svalbard's
  // with Norway's, Vatican's with Italy's, Western Sahara's with Morocco's, the Indian Ocean territories with Australia's.
  const SHARED = new Set(['BL', 'MF', 'AX', 'SJ', 'VA', 'EH', 'CC', 'CX']);
  test('agrees with libphonenumber on an example mobile of every country', () => {
    const differ: string[] = [];
    for (const country of getCountries()) {
      const number = getExampleNumber(country, examples as never)?.number;
      if (number !== undefined && !SHARED.has(country) && countryOf(number) !== country)
        differ.push(`${country} ${number} ${countryOf(number)}`);
    }
    expect(differ).toEqual([]);
  });
});

describe('PrefixIndex', () => {
  test('the longest prefix wins, wherever it was set', () => {
    const index = new PrefixIndex();
    index.set('44', 1);
    index.set('44770', 2);
    index.set('4477', 3);
    expect(index.longest('+447700900123', 1)).toBe(2);
    expect(index.longest('447712345678')).toBe(3);
    expect(index.longest('4420')).toBe(1);
    expect(index.longest('33')).toBe(-1);
  });

  test('agrees with trying every prefix in a map', () => {
    const prefix = fc.stringMatching(/^[0-9]{1,6}$/);
    fc.assert(
      fc.property(
        fc.array(prefix, { maxLength: 300 }),
        fc.array(fc.stringMatching(/^[0-9]{0,9}$/), { maxLength: 50 }),
        (prefixes, numbers) => {
          const index = new PrefixIndex();
          prefixes.forEach((p, i) => index.set(p, i));
          const map = new Map(prefixes.map((p, i) => [p, i] as const));
          for (const number of numbers) {
            let best = -1;
            for (let l = 1; l <= number.length; l++) best = map.get(number.slice(0, l)) ?? best;
            expect(index.longest(number)).toBe(best);
          }
        },
      ),
    );
  });
});

const plan = dataFile('numbering', 'e164_prefix_operator.csv');
needs(plan, NO_SAMPLES)(
  'a real numbering plan: every nested prefix finds its own operator, and every country fits',
  () => {
    const rows = readFileSync(plan as string, 'utf8')
      .split('\n')
      .slice(1)
      .filter((l) => l !== '')
      .map((line) => {
        const [, prefix, ...operator] = line.split(',');
        return { prefix: prefix as string, country: null, mcc: null, mnc: null, operator: operator.join(',') };
      });
    const index = new NumberingIndex(rows);
    expect(index.refused).toBe(0);
    for (const { prefix, operator } of rows) expect(index.find(`+${prefix}`)?.operator).toBe(operator);
    let known = 0;
    let other = 0;
    for (const { prefix } of rows) {
      const number = `+${prefix.padEnd(12, '1')}`;
      const theirs = parsePhoneNumberFromString(number)?.country;
      if (theirs === undefined || theirs === countryOf(number)) known += 1;
      else other += 1;
    }
    expect(other / (known + other)).toBeLessThan(0.001);
  },
  60_000,
);
