import { openGuide } from '../guide/guide.js';

/** Chapter 2: what a message would cost, what it did cost, and why. */
export function itIsRated(): void {
  const guide = openGuide('journey/02-it-is-rated.md');
  describe(guide.title, () => {
    test('a quote names the card, its version, the rate and the reason, for every level', async () => {
      await guide.follow('What would it cost?');
    });

    test('the history of the message shows what is held, and for whom', async () => {
      await guide.follow('What did it cost?');
    });

    test('a submission settles what is charged on submission, and buys from the supplier', async () => {
      await guide.follow('The gateway submits it');
    });

    test('no command of the page was left out', () => expect(guide.notFollowed()).toEqual([]));
  });
}
