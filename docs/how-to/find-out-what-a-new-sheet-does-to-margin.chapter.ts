import { openGuide } from '../guide/guide.js';
import { catalogIsKnown } from '../guide/stack.js';

/** What a staged sheet would have cost on past traffic, before anything is published. */
export function findOutWhatANewSheetDoesToMargin(): void {
  const guide = openGuide('how-to/find-out-what-a-new-sheet-does-to-margin.md');
  describe(guide.title, () => {
    test('traffic is rated as it is sold and bought today', async () => {
      await catalogIsKnown();
      await guide.follow('A customer, a supplier and some traffic');
    });

    test('a staged sheet weighs what would be sold below cost', async () => {
      await guide.follow('Stage the new sheet');
    });

    test('it tells what the same messages would have cost, destination by destination', async () => {
      await guide.follow('Ask what it would have cost');
      await guide.follow('Where does it come from?');
    });

    test('another price is tried without being uploaded', async () => {
      await guide.follow('Try an answer to it');
    });

    test('until somebody approves, nothing has happened', async () => {
      await guide.follow('Nothing has happened yet');
    });

    test('no command of the page was left out', () => expect(guide.notFollowed()).toEqual([]));
  });
}
