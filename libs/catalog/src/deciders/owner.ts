import type { DecisionContext, Faults } from './decision.js';
import { sees } from './decision.js';

/** The owner of a card or plan is the operator (null) or an open account that the caller sees. */
export function checkOwner(faults: Faults, owner: string | null, context: DecisionContext): void {
  if (owner === null) {
    if (!sees(context, null)) faults.add('owner', 'operator_only', 'must be an account of your own');
    return;
  }
  const account = context.view.accounts.get(owner);
  if (account === undefined || !sees(context, owner))
    faults.add('owner', 'unknown_account', `there is no account "${owner}"`);
  else if (account.closed) faults.add('owner', 'account_closed', `account "${owner}" is closed`);
}
