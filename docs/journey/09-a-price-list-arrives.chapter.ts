import { openGuide } from '../guide/guide.js';
import { http } from '../guide/stack.js';

interface Published {
  version: number;
  rows: number;
  refused: { line: number; faults: { field: string; code: string; message: string }[] }[];
}

/** Chapter 9: 100 000 rates through HTTP; a quote names the card, the version, the rate and why it was this one. */
export function aPriceListArrives(): void {
  const guide = openGuide('journey/09-a-price-list-arrives.md');
  describe(guide.title, () => {
    test('100 000 rates load from CSV, and each refused row is named', async () => {
      await guide.follow('A card for a big sheet');
      const path = '/api/catalog/v1/rate-cards/big/versions?partial=accept';
      const { status, body } = await http().post<Published>(path, sheet(), { contentType: 'text/csv' });
      expect({ status, version: body.version, rows: body.rows }).toEqual({ status: 201, version: 1, rows: 100_001 });
      expect(body.refused.map(({ line, faults }) => [line, faults.map(({ field }) => field)])).toEqual([
        [100_003, ['prefix']],
        [100_004, ['country']],
        [100_005, ['price']],
      ]);
    });

    test('a quote names the card, version, rate and reason of one among 100 000', async () => {
      await guide.follow('What does it say?');
    });

    test('a scheduled version is what a quote for its instant finds, and the present one until then', async () => {
      await guide.follow('Next prices');
    });

    test('no command of the page was left out', () => expect(guide.notFollowed()).toEqual([]));
  });
}

/** The sheet that the page's commands write. */
function sheet(): string {
  const rates = Array.from(
    { length: 100_000 },
    (_, i) => `,447${String(i).padStart(5, '0')},0.0${30_000 + (i % 10_000)}`,
  );
  const noRates = [',44x,0.03', ',44770090,0.05', ',4416,free'];
  return `${['country,prefix,price', 'GB,,0.02', ...rates, ...noRates].join('\n')}\n`;
}
