import { openGuide } from '../guide/guide.js';

/** From suppliers side by side to a price list that a customer has accepted. */
export function compareSuppliersAndMakeAnOffer(): void {
  const guide = openGuide('how-to/compare-suppliers-and-make-an-offer.md');
  describe(guide.title, () => {
    test('suppliers stand side by side for every destination', async () => {
      await guide.follow('Three suppliers');
      await guide.follow('Compare them');
    });

    test('an offer is the best of them plus a markup', async () => {
      await guide.follow('Make an offer');
    });

    test('what the customer gets shows prices alone', async () => {
      const [sheet] = await guide.follow<string>('Send it');
      expect(String(sheet?.body)).toContain('IS,274,01,,,part,0.03,EUR,');
      expect(String(sheet?.body)).not.toMatch(/i-(north|east|west)|0\.024|margin|cost/i);
    });

    test('once accepted it is what messages cost', async () => {
      await guide.follow('They accept');
    });

    test('no command of the page was left out', () => expect(guide.notFollowed()).toEqual([]));
  });
}
