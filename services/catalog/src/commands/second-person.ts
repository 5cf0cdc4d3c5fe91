import type { CatalogView } from '@ratestream/catalog';
import { ProblemError, type Caller } from '@ratestream/http';

/**
 * Throws 403 `second_approver` where the caller is one of the persons who made what waits for approval.
 *
 * In      makers: ids of keys. Persons are compared and not keys: whoever has two keys approves nothing of their own
 */
export function refuseMaker(
  view: Pick<CatalogView, 'personOf'>,
  caller: Pick<Caller, 'keyId'>,
  makers: readonly string[],
  deed: string,
): void {
  const person = view.personOf(caller.keyId);
  if (makers.some((keyId) => view.personOf(keyId) === person))
    throw new ProblemError(403, 'second_approver', `Another person than the one who ${deed} has to approve it.`);
}
