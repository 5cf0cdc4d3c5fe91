import type { Micros, Source } from '../model.js';
import type { CommandOf } from './command.js';
import { Faults, operatorOnly, sameContent, type Decision, type DecisionContext } from './decision.js';

/** A mapping takes effect at least so long after publication, when every ingest task has it (architecture.md). */
export const SOURCE_NOTICE_MICROS: Micros = 300_000_000;

/** Configures a source whole. The first configuration counts from the beginning unless it says otherwise. */
export function configureSource({ id, body }: CommandOf<'ConfigureSource'>, context: DecisionContext): Decision {
  const refused = operatorOnly(context.authority);
  if (refused !== null) return refused;
  const { view, now } = context;
  const before = view.sources.get(id);
  const faults = new Faults();
  faults.immutable('id', id, body.id);
  checkTargets(faults, body.accounts, 'accounts', (target) => view.accounts.has(target));
  checkTargets(faults, body.connections, 'connections', (target) => view.connections.has(target));
  if (body.defaultAccount !== null && !view.accounts.has(body.defaultAccount)) {
    faults.add('defaultAccount', 'unknown_account', `there is no account "${body.defaultAccount}"`);
  }
  const earliest = before === undefined ? 0 : now + SOURCE_NOTICE_MICROS;
  // The same configuration sent again, without an instant, changes nothing.
  const again = before !== undefined && body.effectiveFrom === undefined;
  if (again && sameContent({ ...body, id, effectiveFrom: before.effectiveFrom }, before)) return faults.orAccept();
  const effectiveFrom = body.effectiveFrom ?? earliest;
  if (effectiveFrom < earliest) {
    faults.add(
      'effectiveFrom',
      'too_soon',
      'a changed mapping takes effect 5 minutes after its publication at the earliest',
    );
  }
  const source: Source = { ...body, id, effectiveFrom };
  if (before !== undefined && sameContent(source, before)) return faults.orAccept();
  return faults.orAccept({ aggregate: 'source', aggregateId: id, type: 'SourceConfigured', data: source });
}

function checkTargets(
  faults: Faults,
  map: Record<string, string>,
  field: string,
  known: (id: string) => boolean,
): void {
  for (const [key, target] of Object.entries(map)) {
    if (!known(target))
      faults.add(
        `${field}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`,
        'unknown_target',
        `"${target}" does not exist`,
      );
  }
}
