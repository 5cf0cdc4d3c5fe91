import { OPERATOR, type Account } from '../model.js';
import type { CatalogView } from '../view.js';
import { checkOverlaps } from './bindings.js';
import type { CommandOf } from './command.js';
import { checkCurrency } from './currency.js';
import {
  accept,
  exists,
  Faults,
  isOperator,
  merged,
  notFound,
  refuse,
  sameContent,
  sees,
  type Decision,
  type DecisionContext,
  type Refused,
} from './decision.js';

/** Deepest tree: every level is one more leg of every message. */
export const MAX_LEVELS = 16;

/** Opens an account under its parent; a root payer gets the least loaded partition, for ever. */
export function openAccount({ id, body }: CommandOf<'OpenAccount'>, context: DecisionContext): Decision {
  const { view, authority, settings } = context;
  if (view.accounts.has(id)) return exists('account', id);
  const parentId = body.parentId === undefined && !isOperator(authority) ? authority.scope : (body.parentId ?? null);
  const faults = new Faults();
  checkCurrency(faults, body.currency);
  checkParent(faults, parentId, context);
  const account: Account = {
    ...body,
    id,
    parentId,
    currency: body.currency ?? settings.currency,
    partition: parentId === null ? leastLoadedPartition(view, settings.partitions) : null,
    closed: false,
  };
  checkPlan(faults, account, context);
  checkRateGroup(faults, account, context);
  checkOverrides(faults, account, context);
  return faults.orAccept({ aggregate: 'account', aggregateId: id, type: 'AccountOpened', data: account });
}

/** Changes an account. Where it hangs and its currency are for ever. */
export function changeAccount({ id, body }: CommandOf<'ChangeAccount'>, context: DecisionContext): Decision {
  const before = context.view.accounts.get(id);
  const refused = ruledBy(id, before, context);
  if (refused !== null) return refused;
  if (before === undefined || before.closed)
    return refuse('conflict', 'id', 'account_closed', `account "${id}" is closed`);
  const faults = new Faults();
  faults.immutable('id', before.id, body.id);
  faults.immutable(
    'parentId',
    before.parentId,
    body.parentId,
    'never changes: an account never moves; close it and open a new one',
  );
  faults.immutable('currency', before.currency, body.currency);
  faults.immutable('partition', before.partition, body.partition);
  faults.immutable('closed', before.closed, body.closed, 'is changed by closing the account');
  const account = merged(before, body);
  if (account.planId !== before.planId) checkPlan(faults, account, context);
  if (account.rateGroupId !== before.rateGroupId) checkRateGroup(faults, account, context);
  if (!sameContent(account.overrides, before.overrides)) checkOverrides(faults, account, context);
  if (sameContent(account, before)) return faults.orAccept();
  return faults.orAccept({ aggregate: 'account', aggregateId: id, type: 'AccountChanged', data: account });
}

/** Closes an account that has no open account below it. What it sent before is still rated. */
export function closeAccount({ id }: CommandOf<'CloseAccount'>, context: DecisionContext): Decision {
  const { view } = context;
  const before = view.accounts.get(id);
  const refused = ruledBy(id, before, context);
  if (refused !== null) return refused;
  if (before?.closed === true) return accept();
  const open = view.children(id).filter((child) => view.accounts.get(child)?.closed === false);
  if (open.length > 0) {
    return refuse(
      'conflict',
      'id',
      'children_open',
      `${open.length} accounts below "${id}" are open: ${open.slice(0, 10).join(', ')}`,
    );
  }
  return accept({ aggregate: 'account', aggregateId: id, type: 'AccountClosed', data: { id } });
}

/** The partition with the fewest open root payers; the lowest number of equals. */
export function leastLoadedPartition(view: CatalogView, partitions: number): number {
  const load = new Array<number>(partitions).fill(0);
  for (const id of view.children(OPERATOR)) {
    const root = view.accounts.get(id);
    if (root === undefined || root.partition === null || root.closed) continue;
    load[root.partition] = (load[root.partition] ?? 0) + 1;
  }
  return load.slice(0, partitions).indexOf(Math.min(...load.slice(0, partitions)));
}

/** An account's terms are its parent's to set, never its own: a reseller cannot raise its own limit. */
function ruledBy(id: string, account: Account | undefined, context: DecisionContext): Refused | null {
  if (account === undefined || !sees(context, id)) return notFound('account', id);
  if (sees(context, account.parentId)) return null;
  return refuse('forbidden', 'id', 'own_account', `account "${id}" is changed by the account above it`);
}

function checkParent(faults: Faults, parentId: string | null, context: DecisionContext): void {
  const { view } = context;
  if (parentId === null) {
    if (!sees(context, null)) faults.add('parentId', 'operator_only', 'only the operator opens root payers');
    return;
  }
  const parent = view.accounts.get(parentId);
  if (parent === undefined || !sees(context, parentId))
    faults.add('parentId', 'unknown_parent', `there is no account "${parentId}"`);
  else if (parent.closed) faults.add('parentId', 'parent_closed', `account "${parentId}" is closed`);
  else if (view.chain(parentId).length >= MAX_LEVELS)
    faults.add('parentId', 'too_deep', `accounts nest at most ${MAX_LEVELS} deep`);
}

/** A plan is offered by somebody above the account: the operator or an account on the way up to it. */
function checkPlan(faults: Faults, account: Account, context: DecisionContext): void {
  if (account.planId === null) return;
  const plan = context.view.plans.get(account.planId);
  if (plan === undefined || !isOffered(plan.owner, account, context))
    faults.add('planId', 'unknown_plan', `there is no plan "${account.planId}"`);
}

function checkRateGroup(faults: Faults, account: Account, context: DecisionContext): void {
  if (account.rateGroupId === null) return;
  const group = context.view.rateGroups.get(account.rateGroupId);
  if (group === undefined || !isOffered(group.owner, account, context))
    faults.add('rateGroupId', 'unknown_rate_group', `there is no rate group "${account.rateGroupId}"`);
}

/** Overrides are sell cards that could be in a plan of the account. */
function checkOverrides(faults: Faults, account: Account, context: DecisionContext): void {
  const { view } = context;
  checkOverlaps(faults, account.overrides, 'overrides');
  const planId = account.planId ?? view.rateGroups.get(account.rateGroupId ?? '')?.planId ?? '';
  const service = view.plans.get(planId)?.service;
  for (const [index, { cardId }] of account.overrides.entries()) {
    const field = `overrides/${index}/cardId`;
    const card = view.cards.get(cardId);
    if (card === undefined || !isOffered(card.owner, account, context))
      faults.add(field, 'unknown_card', `there is no rate card "${cardId}" of an account above this one`);
    else if (card.side !== 'sell') faults.add(field, 'not_a_sell_card', `rate card "${cardId}" is a buy card`);
    else if (service !== undefined && card.service !== service)
      faults.add(field, 'other_service', `rate card "${cardId}" is for ${card.service}`);
  }
}

/** Whether what `owner` has may be given to the account by the caller. */
function isOffered(owner: string | null | undefined, { parentId }: Account, context: DecisionContext): boolean {
  const above =
    (owner ?? null) === null || (parentId !== null && context.view.chain(parentId).includes(owner as string));
  return above && sees(context, owner);
}
