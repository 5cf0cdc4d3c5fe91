import { openGuide } from '../guide/guide.js';
import { catalogIsKnown } from '../guide/stack.js';

/** A card in euro, an account in dollars, a supplier in pounds; and a rate that a person entered. */
export function sellInAnotherCurrency(): void {
  const guide = openGuide('how-to/sell-in-another-currency.md');
  describe(guide.title, () => {
    test('the rates of the bank are loaded once', async () => {
      await guide.follow('Load the rates of the bank');
    });

    test('each rule says which rate it gives', async () => {
      await guide.follow('Which rate counts');
    });

    test('a quote has both conversions and their evidence', async () => {
      await guide.follow('An account in dollars, a supplier in pounds');
    });

    test('a message debits dollars, and the statement says how', async () => {
      await catalogIsKnown();
      await guide.follow('Send a message');
    });

    test('margin is in euro, and no currency is added to another', async () => {
      await guide.follow('What is left of it');
    });

    test('a rate by hand counts once another person has approved it', async () => {
      await guide.follow('A rate by hand');
    });

    test('no command of the page was left out', () => expect(guide.notFollowed()).toEqual([]));
  });
}
