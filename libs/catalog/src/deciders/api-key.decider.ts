import { OPERATOR, type ApiKey } from '../model.js';
import type { CatalogView } from '../view.js';
import type { CommandOf } from './command.js';
import { accept, exists, Faults, notFound, refuse, sees, type Decision, type DecisionContext } from './decision.js';

/** Issues a key within the caller's subtree and permissions: nobody hands out more than they have. */
export function issueApiKey(command: CommandOf<'IssueApiKey'>, context: DecisionContext): Decision {
  const { id, hash, body } = command;
  const { view, authority, now } = context;
  if (view.apiKeys.has(id)) return exists('API key', id);
  if (view.apiKeyByHash(hash) !== undefined)
    return refuse('conflict', 'hash', 'secret_taken', 'a key with this secret exists');
  const scope = body.scope ?? authority.scope;
  const faults = new Faults();
  const known = scope === OPERATOR || view.accounts.has(scope);
  if (!known || !view.isWithin(scope, authority.scope))
    faults.add('scope', 'unknown_account', `there is no account "${scope}"`);
  const own = authority.permissions;
  const missing = own.includes('admin') ? [] : body.permissions.filter((permission) => !own.includes(permission));
  if (missing.length > 0) faults.add('permissions', 'more_than_own', `you do not have ${missing.join(', ')} yourself`);
  if (body.expiresAt !== null && body.expiresAt <= now) faults.add('expiresAt', 'in_the_past', 'lies in the past');
  const person = personFor(faults, command, view);
  const key: ApiKey = { ...body, id, hash, scope, person, revoked: false };
  return faults.orAccept({ aggregate: 'api-key', aggregateId: id, type: 'ApiKeyIssued', data: key });
}

/** Whoever issues a key has had its secret in hand, so it is their own; only the installation's key makes new persons. */
function personFor(faults: Faults, { id, issuer, body }: CommandOf<'IssueApiKey'>, view: CatalogView): string | null {
  if (issuer === null) return body.person ?? null;
  const own = view.personOf(issuer);
  if (own === OPERATOR) return body.person ?? id;
  if (body.person !== undefined && body.person !== own)
    faults.add('person', 'other_person', 'a key is of the same person as the key that issues it');
  return own;
}

/** Revokes a key, for ever. */
export function revokeApiKey({ id }: CommandOf<'RevokeApiKey'>, context: DecisionContext): Decision {
  const key = context.view.apiKeys.get(id);
  if (key === undefined || !sees(context, key.scope)) return notFound('API key', id);
  if (key.revoked) return accept();
  return accept({ aggregate: 'api-key', aggregateId: id, type: 'ApiKeyRevoked', data: { id } });
}
