import { parseMoney } from '@ratestream/money';
import type { Markup, RateCard } from '../model.js';
import { checkFxTerms } from './currency.js';
import type { DecisionContext, Faults } from './decision.js';

/** Buy cards say how they are converted; sell cards are converted as each customer's plan says. */
export function checkFx(faults: Faults, { side, fx }: RateCard): void {
  if (fx === null) return;
  if (side === 'sell')
    faults.add('fx', 'not_a_buy_card', "a sell card is converted by the terms of the customer's plan");
  checkFxTerms(faults, fx, 'fx');
}

/** The operator's sell cards may follow a buy card of the same service. */
export function checkDerivation(faults: Faults, card: RateCard, { view }: DecisionContext): void {
  const { derivation } = card;
  if (derivation === null) return;
  if (card.side !== 'sell') faults.add('derivation', 'not_a_sell_card', 'only a sell card follows another');
  if ((card.owner ?? null) !== null)
    faults.add('derivation', 'operator_only', "buy cards are the operator's, and so is what follows them");
  const from = view.cards.get(derivation.fromCardId);
  if (from === undefined || (card.owner ?? null) !== null)
    faults.add('derivation/fromCardId', 'unknown_card', `there is no rate card "${derivation.fromCardId}"`);
  else if (from.side !== 'buy')
    faults.add('derivation/fromCardId', 'not_a_buy_card', `rate card "${from.id}" is a sell card`);
  else if (from.service !== card.service)
    faults.add('derivation/fromCardId', 'other_service', `rate card "${from.id}" is for ${from.service}`);
  checkMarkup(faults, derivation.markup, 'derivation/markup');
  const names = new Set<string>();
  for (const [index, { name, markup }] of derivation.groups.entries()) {
    if (names.has(name)) faults.add(`derivation/groups/${index}/name`, 'group_twice', `"${name}" is there twice`);
    names.add(name);
    checkMarkup(faults, markup, `derivation/groups/${index}/markup`);
  }
  checkFxTerms(faults, derivation.fx, 'derivation/fx');
}

function checkMarkup(faults: Faults, { percent, floor, ceiling }: Markup, field: string): void {
  if (parseMoney(percent) < parseMoney('-100'))
    faults.add(`${field}/percent`, 'below_nothing', 'a price falls by at most 100 %');
  if (floor !== null && ceiling !== null && parseMoney(floor) > parseMoney(ceiling))
    faults.add(`${field}/floor`, 'above_ceiling', 'lies above the ceiling');
}
