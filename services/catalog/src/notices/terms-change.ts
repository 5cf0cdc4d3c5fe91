import { canonicalJson, type Account, type CatalogCommand, type CatalogView } from '@ratestream/catalog';
import { boundAccounts, planOf } from './bound-accounts.js';

/** What a command changes in what accounts pay, besides rates. */
export interface TermsChange {
  /** Scope of the key that changed them: whoever sees it sees old and new. */
  issuer: string;
  of: 'account' | 'plan' | 'rate-group' | 'rate-card';
  id: string;
  fields: { field: string; from: unknown; to: unknown }[];
}

/** Fields that can make another price of the same message. Those of a derivation count once its prices are approved. */
const PRICING = {
  account: ['planId', 'rateGroupId', 'overrides', 'defaultTrafficClass', 'timeZone'],
  plan: ['bindings', 'basis', 'timeoutSec', 'timeoutPolicy', 'fx'],
  'rate-group': ['planId'],
  'rate-card': ['partRule', 'networkEvidence', 'noReceiptCountries', 'precedence', 'noticeDays'],
} as const;

interface Changed {
  of: TermsChange['of'];
  before: object | undefined;
  /** Fields that are absent stay. */
  body: object;
  accounts: () => string[];
}

/**
 * The change of terms that a command is about to make, on the state before it, and the open accounts that have them.
 *
 * In      paidBefore: the account of the command had a price at any time
 * Out     null where it changes none that somebody has: an account that never had a price has nothing to be told
 */
export function termsChangeOf(
  view: CatalogView,
  command: CatalogCommand,
  issuer: string,
  paidBefore: boolean,
): { terms: TermsChange; accounts: string[] } | null {
  const changed = changedBy(view, command, paidBefore);
  if (changed?.before === undefined) return null;
  const { of, before, body } = changed;
  const [old, asked] = [before as Record<string, unknown>, body as Record<string, unknown>];
  const fields = PRICING[of]
    .filter((field) => asked[field] !== undefined && canonicalJson(asked[field]) !== canonicalJson(old[field]))
    .map((field) => ({ field, from: old[field], to: asked[field] }));
  if (fields.length === 0) return null;
  const accounts = changed.accounts();
  return accounts.length === 0 ? null : { terms: { issuer, of, id: command.id, fields }, accounts };
}

/** Whether an account has a card that could price its messages. */
export function paysNow(view: CatalogView, account: Account | undefined): boolean {
  return account !== undefined && (planOf(view, account) !== null || account.overrides.length > 0);
}

function changedBy(view: CatalogView, command: CatalogCommand, paidBefore: boolean): Changed | null {
  const { id } = command;
  const those = (has: (account: Account) => boolean) => (): string[] =>
    [...view.accounts.values()].filter((one) => !one.closed && has(one)).map((one) => one.id);
  switch (command.type) {
    case 'ChangeAccount': {
      const before = view.accounts.get(id);
      const pays = paidBefore || paysNow(view, before);
      return { of: 'account', before, body: command.body, accounts: () => (pays ? [id] : []) };
    }
    case 'ChangePlan': {
      const accounts = those((one) => planOf(view, one) === id);
      return { of: 'plan', before: view.plans.get(id), body: command.body, accounts };
    }
    case 'ChangeRateGroup': {
      const accounts = those((one) => one.planId === null && one.rateGroupId === id);
      return { of: 'rate-group', before: view.rateGroups.get(id), body: command.body, accounts };
    }
    case 'ChangeRateCard': {
      const accounts = (): string[] => boundAccounts(view, id);
      return { of: 'rate-card', before: view.cards.get(id), body: command.body, accounts };
    }
    default:
      return null;
  }
}
