import { needs, NO_SAMPLES } from '@ratestream/testing/needs';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { countOctets, countParts, isGsm7, PART_LIMITS, splitIntoParts } from '../src/index.js';
import { dataFile } from './data.js';

interface Oracle {
  encodingName: string;
  segmentsCount: number;
}
const { SegmentedMessage } = createRequire(import.meta.url)('sms-segments-calculator') as {
  SegmentedMessage: new (text: string, encoding?: string) => Oracle;
};

const x = (text: string, times: number): string => text.repeat(times);

describe('splitIntoParts', () => {
  const table: [string, string, 'gsm7' | 'ucs2', number[], number[]][] = [
    ['nothing', '', 'gsm7', [0], [0]],
    ['one septet', 'a', 'gsm7', [1], [1]],
    ['exactly one part', x('a', 160), 'gsm7', [160], [160]],
    ['one septet above', x('a', 161), 'gsm7', [153, 8], [152, 9]],
    ['two full parts at 8 bits are three at 16', x('a', 306), 'gsm7', [153, 153], [152, 152, 2]],
    ['an escape pair counts twice', x('€', 80), 'gsm7', [160], [160]],
    ['an escape pair is never split', x('a', 152) + '€' + x('a', 152), 'gsm7', [152, 153, 1], [152, 152, 2]],
    ['an escape pair that fits stays', x('a', 151) + '€' + x('a', 153), 'gsm7', [153, 153], [151, 152, 3]],
    ['one character outside moves all to UCS-2', x('a', 70) + 'ç', 'ucs2', [67, 4], [66, 5]],
    ['capital Ç is inside', x('Ç', 160), 'gsm7', [160], [160]],
    ['exactly one UCS-2 part', x('ж', 70), 'ucs2', [70], [70]],
    ['one unit above', x('ж', 71), 'ucs2', [67, 4], [66, 5]],
    ['a surrogate pair is never split', x('ж', 66) + '😀' + x('ж', 66), 'ucs2', [66, 67, 1], [66, 66, 2]],
    ['a lone surrogate is one unit', x('ж', 70) + '\ud83d', 'ucs2', [67, 4], [66, 5]],
  ];
  test.each(table)('%s', (_, text, encoding, at8, at16) => {
    expect(splitIntoParts(text, 8)).toMatchObject({ encoding, parts: at8 });
    expect(splitIntoParts(text, 16)).toMatchObject({ encoding, parts: at16 });
  });

  test('every character that counts twice, and its neighbours that do not', () => {
    for (const char of '^{}\\[~]|€\f') expect(splitIntoParts(char).units).toBe(2);
    for (const char of '@£$¥èéùìòÇ\n Øø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ¡ÄÖÑÜ§¿äöñüà')
      expect(splitIntoParts(char)).toMatchObject({ encoding: 'gsm7', units: 1 });
    for (const char of 'ç`´’–\tβ') expect(isGsm7(char)).toBe(false);
  });

  test('octets are split anywhere', () => {
    expect([140, 141, 268, 269].map((n) => countOctets(n).computed8)).toEqual([1, 2, 2, 3]);
    expect([140, 141, 266, 267].map((n) => countOctets(n).computed16)).toEqual([1, 2, 2, 3]);
  });

  test('a gateway that says UCS-2 is believed, one that says GSM counts a replaced character as one', () => {
    expect(countParts(x('a', 71), 'ucs2')).toMatchObject({ encoding: 'ucs2', computed8: 2 });
    expect(countParts(x('a', 159) + 'ж', 'gsm7')).toMatchObject({ encoding: 'gsm7', units: 160, computed8: 1 });
  });
});

const chars = fc.constantFrom('a', 'b', '€', '[', 'ж', '😀', 'é', '\n', ' ');
const gsm = fc.constantFrom('a', '€', '[', 'é', ' ', '|');
const texts = fc.oneof(fc.array(chars, { maxLength: 500 }), fc.array(gsm, { maxLength: 800 })).map((c) => c.join(''));

describe('laws of parts', () => {
  test('nothing is lost, no part is too full, and no part could have taken the first character of the next', () => {
    fc.assert(
      fc.property(texts, fc.constantFrom<8 | 16>(8, 16), (text, ref) => {
        const { encoding, units, parts } = splitIntoParts(text, ref);
        expect(parts.reduce((a, b) => a + b, 0)).toBe(units);
        const limits = PART_LIMITS[encoding];
        const room = parts.length === 1 ? limits.single : ref === 8 ? limits.ref8 : limits.ref16;
        for (const part of parts) expect(part).toBeLessThanOrEqual(room);
        for (const part of parts.slice(0, -1)) expect(part).toBeGreaterThanOrEqual(room - 1);
      }),
    );
  });

  test('both counts at once are the counts of the parts', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const { computed8, computed16 } = countParts(text);
        expect(computed8).toBe(splitIntoParts(text, 8).parts.length);
        expect(computed16).toBe(splitIntoParts(text, 16).parts.length);
      }),
    );
  });

  // The calculator segments by graphemes: it never splits a combining sequence, which the standard does. `|` and form feed agree.
  test('sms-segments-calculator agrees, where both are right', () => {
    fc.assert(
      fc.property(
        texts.filter((t) => t.length > 0),
        (text) => {
          const oracle = new SegmentedMessage(text, 'auto');
          const { encoding, parts } = splitIntoParts(text);
          expect(encoding).toBe(oracle.encodingName === 'GSM-7' ? 'gsm7' : 'ucs2');
          expect(parts.length).toBe(oracle.segmentsCount);
        },
      ),
    );
  });
});

const corpus = dataFile('texts', 'SMSSpamCollection.tsv');
needs(corpus, NO_SAMPLES)('a corpus of real texts', () => {
  const lines = readFileSync(corpus as string, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  const encodings = { gsm7: 0, ucs2: 0, binary: 0 };
  const counts: Record<number, number> = {};
  for (const line of lines) {
    const { encoding, parts } = splitIntoParts(line.slice(line.indexOf('\t') + 1).replace(/\r$/, ''));
    encodings[encoding] += 1;
    counts[parts.length] = (counts[parts.length] ?? 0) + 1;
  }
  expect(encodings).toEqual({ gsm7: 5485, ucs2: 89, binary: 0 });
  expect(counts).toEqual({ 1: 5230, 2: 280, 3: 56, 4: 5, 5: 1, 6: 2 });
});
