import type { CatalogView } from '@ratestream/catalog';
import type { Caller } from '@ratestream/http';

type Keys = Pick<CatalogView, 'apiKeys' | 'personOf'>;

const PARENT = 'parent';
const BY = ['uploadedBy', 'madeBy', 'decidedBy', 'createdBy', 'changedBy', 'approvedBy', 'actor'];

/** A state with who did it as a caller may know them: who the people of the level above are is theirs to know. */
export function withPeople(
  state: Record<string, unknown>,
  { view, caller }: { view: Keys; caller: Caller },
): Record<string, unknown> {
  if (caller.isOperator) return state;
  const shown = { ...state };
  for (const field of BY) {
    const by = shown[field];
    if (typeof by === 'string') shown[field] = keyAs(by, view, caller);
    else if (Array.isArray(by)) shown[field] = [...new Set(by.map((keyId: string) => keyAs(keyId, view, caller)))];
  }
  if (typeof shown['person'] === 'string') shown['person'] = personAs(shown['person'], view, caller);
  return shown;
}

function keyAs(keyId: string, { apiKeys }: Keys, caller: Caller): string {
  const key = apiKeys.get(keyId);
  return key === undefined || caller.sees(key.scope) ? keyId : PARENT;
}

/** A person may be called by no key's id, so it is told by their keys whether they are of the level above. */
function personAs(person: string, view: Keys, caller: Caller): string {
  for (const { id, scope } of view.apiKeys.values())
    if (!caller.sees(scope) && view.personOf(id) === person) return PARENT;
  return person;
}
