import { openGuide } from '../guide/guide.js';
import { catalogIsKnown, NAMES } from '../guide/stack.js';

interface Rejected {
  items: { rejectId: string }[];
}

/** Chapter 1: accounts, prices and a source, over HTTP; a record comes in; a bad one is kept and comes in later. */
export function aCdrArrives(): void {
  const guide = openGuide('journey/01-a-cdr-arrives.md');
  describe(guide.title, () => {
    test('prices are agreed on both sides, for every level of the tree', async () => {
      await guide.follow('What the operator agrees with R1');
      await guide.follow('What R1 agrees with Acme');
      await guide.follow('What the operator agrees with S1');
      await guide.follow('Where records come from');
    });

    test('a record is taken, and its message has the id that its gateway determines', async () => {
      await guide.follow('The record');
    });

    test('what cannot be a record is refused at the door, line by line', async () => {
      await guide.follow('A record that says nothing');
    });

    test('what cannot be placed is kept with its reason, and goes its way once the reason is gone', async () => {
      const [, rejected] = await guide.follow<Rejected>('A record of somebody unknown');
      NAMES.set('REJECT', rejected?.body.items[0]?.rejectId ?? '');
      await guide.follow('Somebody opens the account');
      await catalogIsKnown();
      await guide.follow('And the record goes its way');
    });

    test('no command of the page was left out', () => expect(guide.notFollowed()).toEqual([]));
  });
}
