import { openGuide } from '../guide/guide.js';
import { catalogIsKnown } from '../guide/stack.js';

/** One increase over several cards: reviewed, announced, live by itself, taken back. */
export function scheduleAPriceIncrease(): void {
  const guide = openGuide('how-to/schedule-a-price-increase.md');
  describe(guide.title, () => {
    test('one change of several price lists is staged for review', async () => {
      await guide.follow('Two price lists and their customers');
      await guide.follow('Stage the increase');
      await guide.follow('See what the notice means');
    });

    test('its approval tells every customer, with the sheets', async () => {
      await guide.follow('Approve it and tell the customers');
    });

    test('messages cost the new price from the instant on', async () => {
      await catalogIsKnown();
      await guide.follow('What a message will cost');
    });

    test('too early is refused, and with a reason it goes live by itself', async () => {
      await guide.follow('Sooner than that');
    });

    test('it is taken back the same way', async () => {
      await guide.follow('Take it back');
    });

    test('no command of the page was left out', () => expect(guide.notFollowed()).toEqual([]));
  });
}
