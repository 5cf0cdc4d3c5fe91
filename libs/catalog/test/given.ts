import type { CatalogEvent } from '@ratestream/events';
import {
  decide,
  type Authority,
  type CatalogCommand,
  type CatalogSettings,
  type Decision,
  type NewEvent,
} from '../src/index.js';
import { CatalogView, OPERATOR, type Micros } from '../src/index.js';

export const settings: CatalogSettings = { currency: 'EUR', partitions: 3 };
export const operator: Authority = { scope: OPERATOR, permissions: ['read', 'write', 'ingest', 'admin'] };
export const NOW: Micros = 1_777_636_800_000_000;

/** A catalog in memory: positions and stream versions as the service gives them. */
export class TestCatalog {
  readonly view = new CatalogView();
  readonly events: CatalogEvent[] = [];
  now = NOW;

  when(command: CatalogCommand, authority: Authority = operator): Decision {
    return decide(command, { view: this.view, now: this.now, authority, settings });
  }

  /** Decides and, where accepted, appends. */
  run(command: CatalogCommand, authority: Authority = operator): Decision {
    const decision = this.when(command, authority);
    if (decision.outcome === 'accepted') for (const event of decision.events) this.append(event);
    return decision;
  }

  /** Commands that must be accepted. */
  given(...commands: CatalogCommand[]): this {
    for (const command of commands) {
      const decision = this.run(command);
      if (decision.outcome !== 'accepted') throw new Error(JSON.stringify(decision));
    }
    return this;
  }

  append({ aggregate, aggregateId, type, data }: NewEvent): void {
    const position = this.events.length + 1;
    const event: CatalogEvent = {
      position,
      type,
      eventId: `00000000-0000-5000-8000-${String(position).padStart(12, '0')}`,
      aggregate,
      aggregateId,
      aggregateVersion: this.view.streamVersion(aggregate, aggregateId) + 1,
      occurredAt: this.now,
      actor: 'test',
      data: JSON.stringify(data),
    };
    this.events.push(event);
    this.view.apply(event);
  }
}

/** The codes of a refusal, `field:code`. */
export function faultsOf(decision: Decision): string[] {
  return decision.outcome === 'accepted' ? [] : decision.faults.map(({ field, code }) => `${field}:${code}`);
}
