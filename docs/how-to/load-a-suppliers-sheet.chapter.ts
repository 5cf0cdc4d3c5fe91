import { openGuide } from '../guide/guide.js';
import { catalogIsKnown } from '../guide/stack.js';

/** From a supplier's own file to buy prices, and to the sell prices that follow them. */
export function loadASuppliersSheet(): void {
  const guide = openGuide('how-to/load-a-suppliers-sheet.md');
  describe(guide.title, () => {
    test('a mapping is kept, and a sheet with two dates and a bad row is staged by it', async () => {
      await guide.follow('A supplier, its card, and a card that follows it');
      await guide.follow('Say once how its sheets are read');
      await guide.follow('Upload the sheet');
    });

    test('another person approves both dates', async () => {
      await guide.follow('Somebody else approves it');
    });

    test('the sell card follows by itself, and is approved too', async () => {
      await guide.follow('The sell card has followed');
    });

    test('a quote names rate and fee, and the rates come back in the layout of the sheet', async () => {
      await catalogIsKnown();
      await guide.follow('What would a message cost?');
      const [sheet] = await guide.follow<string>("Give it back in the supplier's layout");
      expect(String(sheet?.body).split('\n').slice(0, 5)).toEqual([
        'Country,MCC,MNC,Sender,Price,Fee,From',
        'DE,262,01,,0.065,,2031-01-01T00:00:00+01:00',
        'DE,262,02,,0.07,,2031-01-01T00:00:00+01:00',
        'GB,,,,0.035,,2031-01-01T00:00:00+01:00',
        'GB,,,Freephone,0.052,0.0035,2031-01-01T00:00:00+01:00',
      ]);
    });

    test('no command of the page was left out', () => expect(guide.notFollowed()).toEqual([]));
  });
}
