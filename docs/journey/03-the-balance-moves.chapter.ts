import { openGuide } from '../guide/guide.js';

/** Chapter 3: held, settled by a receipt that must find its message, topped up once, stated. */
export function theBalanceMoves(): void {
  const guide = openGuide('journey/03-the-balance-moves.md');
  describe(guide.title, () => {
    test('what waits for its outcome is held', async () => {
      await guide.follow('What is held');
    });

    test('a receipt under another id finds the message and settles what was held', async () => {
      await guide.follow('The receipt comes');
    });

    test('a top-up that is sent twice is one, and another one under its key is refused', async () => {
      await guide.follow('Acme tops up');
    });

    test('the statement says where the money went', async () => {
      await guide.follow('The statement');
    });

    test('no command of the page was left out', () => expect(guide.notFollowed()).toEqual([]));
  });
}
