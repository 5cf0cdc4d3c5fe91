import type { CommandOf } from './command.js';
import { accept, operatorOnly, refuse, type Decision, type DecisionContext } from './decision.js';

/** The number that the next version of a numbering plan will have. */
export function nextNumbersVersion({ view }: Pick<DecisionContext, 'view'>, id: string): number {
  return (view.numberingPlans.get(id)?.version ?? 0) + 1;
}

/** Publishes a numbering plan; the first publication makes it. It replaces the one before it at once. */
export function publishNumbers(
  { id, version, rowSet }: CommandOf<'PublishNumbers'>,
  context: DecisionContext,
): Decision {
  const refused = operatorOnly(context.authority);
  if (refused !== null) return refused;
  const next = nextNumbersVersion(context, id);
  if (version !== next) return refuse('conflict', 'version', 'version_taken', `the next version of "${id}" is ${next}`);
  if (rowSet.rows < 1) return refuse('invalid', '', 'no_rows', 'a numbering plan has at least one range');
  return accept({
    aggregate: 'numbering-plan',
    aggregateId: id,
    type: 'NumberingPlanPublished',
    data: { id, version, ...rowSet },
  });
}
