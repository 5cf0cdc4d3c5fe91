import fc from 'fast-check';
import { parseUdh } from '../src/index.js';

describe('parseUdh', () => {
  test.each([
    ['8-bit reference', '050003F10402', { octets: 6, refBits: 8, concatenation: { ref: 241, total: 4, part: 2 } }],
    [
      '16-bit reference',
      '06080412340302',
      { octets: 7, refBits: 16, concatenation: { ref: 0x1234, total: 3, part: 2 } },
    ],
    [
      'ports before it',
      '0B05040B8423F00003AA0201',
      { octets: 12, refBits: 8, concatenation: { ref: 170, total: 2, part: 1 } },
    ],
    ['ports alone', '0605040B8423F0', { octets: 7, refBits: null, concatenation: null }],
    ['part 0 is to be ignored', '050003F10400', { octets: 6, refBits: null, concatenation: null }],
    ['part above the total is to be ignored', '050003F10203', { octets: 6, refBits: null, concatenation: null }],
    ['empty header', '00', { octets: 1, refBits: null, concatenation: null }],
  ])('%s', (_, hex, expected) => expect(parseUdh(hex)).toEqual(expected));

  test.each([
    ['an element that ends behind the header', '050004F10402'],
    ['a header that ends behind the bytes', '060003F10402'],
    ['odd digits', '050003F1040'],
    ['no hex', 'zz0003F10402'],
    ['nothing', ''],
  ])('%s is no header', (_, hex) => expect(parseUdh(hex)).toBeNull());

  test('never throws, and a concatenation is always possible', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const found = parseUdh(Buffer.from(bytes).toString('hex'))?.concatenation;
        if (found) expect(found.part >= 1 && found.part <= found.total).toBe(true);
      }),
    );
  });
});
