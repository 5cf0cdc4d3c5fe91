import type { Plan } from '../model.js';
import { checkOverlaps } from './bindings.js';
import type { CommandOf } from './command.js';
import { checkFxTerms } from './currency.js';
import {
  exists,
  Faults,
  isOperator,
  merged,
  notFound,
  sameContent,
  sees,
  type Decision,
  type DecisionContext,
} from './decision.js';
import { checkOwner } from './owner.js';

/** Creates a plan over sell cards of the same owner and service. */
export function createPlan({ id, body }: CommandOf<'CreatePlan'>, context: DecisionContext): Decision {
  const { view, authority } = context;
  if (view.plans.has(id)) return exists('plan', id);
  const owner = body.owner === undefined && !isOperator(authority) ? authority.scope : (body.owner ?? null);
  const faults = new Faults();
  checkOwner(faults, owner, context);
  const plan: Plan = { ...body, id, owner, version: 1 };
  checkBindings(faults, plan, context);
  checkFxTerms(faults, plan.fx, 'fx');
  return faults.orAccept({ aggregate: 'plan', aggregateId: id, type: 'PlanCreated', data: plan });
}

/** Changes a plan; its version goes up by one, and legs name the version that priced them. */
export function changePlan({ id, body }: CommandOf<'ChangePlan'>, context: DecisionContext): Decision {
  const before = context.view.plans.get(id);
  if (before === undefined || !sees(context, before.owner)) return notFound('plan', id);
  const faults = new Faults();
  faults.immutable('id', before.id, body.id);
  faults.immutable('owner', before.owner ?? null, body.owner);
  faults.immutable('service', before.service, body.service);
  const plan = merged(before, body);
  if (!sameContent(plan.bindings, before.bindings)) checkBindings(faults, plan, context);
  if (body.fx !== undefined) checkFxTerms(faults, plan.fx, 'fx');
  if (sameContent(plan, before)) return faults.orAccept();
  const changed = { ...plan, version: before.version + 1 };
  return faults.orAccept({ aggregate: 'plan', aggregateId: id, type: 'PlanChanged', data: changed });
}

function checkBindings(faults: Faults, plan: Plan, { view }: DecisionContext): void {
  checkOverlaps(faults, plan.bindings, 'bindings');
  for (const [index, { cardId }] of plan.bindings.entries()) {
    const field = `bindings/${index}`;
    const card = view.cards.get(cardId);
    if (card === undefined || (card.owner ?? null) !== (plan.owner ?? null)) {
      faults.add(`${field}/cardId`, 'unknown_card', `there is no rate card "${cardId}" of the plan's owner`);
    } else if (card.side !== 'sell')
      faults.add(`${field}/cardId`, 'not_a_sell_card', `rate card "${cardId}" is a buy card`);
    else if (card.service !== plan.service)
      faults.add(`${field}/cardId`, 'other_service', `rate card "${cardId}" is for ${card.service}`);
  }
}
