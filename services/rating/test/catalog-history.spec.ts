import { account, card, CatalogFacts, plan } from './catalog-facts.js';

/** Says the events at instants of their own. */
const told = new CatalogFacts()
  .say('AccountOpened', account('root', { planId: 'a' }), 10)
  .say('PlanCreated', plan('a', [{ cardId: 'c' }]), 20)
  .say('RateCardCreated', card('c'), 30)
  .say('AccountOpened', account('leaf', { parentId: 'root', partition: null, planId: 'a' }), 40)
  .say('AccountChanged', account('root', { planId: 'b' }), 50)
  .say('AccountClosed', { id: 'root' }, 60);
const asKnown = (at: number) => told.catalog.view.history.asKnown(at);

test.each([
  [9, undefined],
  [10, { planId: 'a', closed: false }],
  [49, { planId: 'a', closed: false }],
  [50, { planId: 'b', closed: false }],
  [59, { planId: 'b', closed: false }],
  [60, { planId: 'b', closed: true }],
  [Infinity, { planId: 'b', closed: true }],
])('an account as known at %d', (at, expected) => {
  const root = asKnown(at).accounts.get('root');
  if (expected === undefined) expect(root).toBeUndefined();
  else expect(root).toMatchObject(expected);
});

test('what came later is not there, and the position is that of the last event by then', () => {
  expect([asKnown(9).position, asKnown(39).position, asKnown(40).position]).toEqual([0, 3, 4]);
  expect([asKnown(39).chain('leaf'), asKnown(40).chain('leaf')]).toEqual([[], ['leaf', 'root']]);
  expect([asKnown(19).plans.get('a'), asKnown(20).plans.get('a')?.id]).toEqual([undefined, 'a']);
});

test('one reader answers for all instants between two events, and the eight asked last are kept', () => {
  expect(asKnown(41)).toBe(asKnown(49));
  const facts = new CatalogFacts();
  for (let n = 1; n <= 10; n++) facts.say('AccountOpened', account(`a${n}`), n * 10);
  const { history } = facts.catalog.view;
  const [first, second] = [history.asKnown(10), history.asKnown(20)];
  for (const at of [30, 40, 50, 60, 70, 80]) history.asKnown(at);
  expect(history.asKnown(15)).toBe(first);
  history.asKnown(90);
  expect(history.asKnown(15)).toBe(first);
  expect(history.asKnown(20)).not.toBe(second);
});

test('where a clock stepped back, what followed counts from the earlier instant on, and so does all before it', () => {
  const facts = new CatalogFacts()
    .say('AccountOpened', account('early', {}), 100)
    .say('AccountOpened', account('late', {}), 300)
    .say('AccountOpened', account('stepped', {}), 200);
  const { history } = facts.catalog.view;
  const known = (at: number) => ['early', 'late', 'stepped'].filter((id) => history.asKnown(at).accounts.get(id));
  expect([known(150), known(199), known(200), known(300)]).toEqual([['early'], ['early'], ['early', 'late', 'stepped'], ['early', 'late', 'stepped']]);
}); // prettier-ignore
