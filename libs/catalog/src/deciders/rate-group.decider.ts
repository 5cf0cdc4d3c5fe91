import type { RateGroup } from '../model.js';
import type { CommandOf } from './command.js';
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

/** Creates a group of accounts that share a plan of the group's owner. */
export function createRateGroup({ id, body }: CommandOf<'CreateRateGroup'>, context: DecisionContext): Decision {
  const { view, authority } = context;
  if (view.rateGroups.has(id)) return exists('rate group', id);
  const owner = body.owner === undefined && !isOperator(authority) ? authority.scope : (body.owner ?? null);
  const faults = new Faults();
  checkOwner(faults, owner, context);
  const { name, planId } = body;
  const group: RateGroup = { id, version: 1, owner, name, planId };
  checkPlan(faults, group, context);
  return faults.orAccept({ aggregate: 'rate-group', aggregateId: id, type: 'RateGroupCreated', data: group });
}

/** Changes a group's name or plan; its accounts have the new plan from here on. */
export function changeRateGroup({ id, body }: CommandOf<'ChangeRateGroup'>, context: DecisionContext): Decision {
  const before = context.view.rateGroups.get(id);
  if (before === undefined || !sees(context, before.owner)) return notFound('rate group', id);
  const faults = new Faults();
  faults.immutable('id', before.id, body.id);
  faults.immutable('owner', before.owner, body.owner);
  const group = merged(before, body);
  if (group.planId !== before.planId) checkPlan(faults, group, context);
  if (sameContent(group, before)) return faults.orAccept();
  const changed = { ...group, version: before.version + 1 };
  return faults.orAccept({ aggregate: 'rate-group', aggregateId: id, type: 'RateGroupChanged', data: changed });
}

function checkPlan(faults: Faults, { planId, owner }: RateGroup, { view }: DecisionContext): void {
  const plan = view.plans.get(planId);
  if (plan === undefined || (plan.owner ?? null) !== owner)
    faults.add('planId', 'unknown_plan', `there is no plan "${planId}" of the group's owner`);
}
