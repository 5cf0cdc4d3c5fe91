import type { Authority, CatalogView, FxDay } from '@ratestream/catalog';
import type { CommandHandler } from '../commands/command-handler.js';
import { doneOrThrow } from '../http/command-port.js';

/** Days of one source on their way into the catalog. */
export interface FxPublication {
  source: string;
  base: string;
  days: readonly FxDay[];
}

/** Publishes what is new in a publication, in one commit; a repeat does nothing. */
export class FxPublisher {
  constructor(
    private readonly commands: Pick<CommandHandler, 'execute'>,
    private readonly view: CatalogView,
  ) {}

  /**
   * Out     how many days said something new
   * Errors  ProblemError where the catalog refuses the rates; those of PostgreSQL
   */
  async publish(
    publication: FxPublication,
    { authority, actor }: { authority: Authority; actor: string },
  ): Promise<number> {
    const days = newDays(this.view, publication);
    if (days.length === 0) return 0;
    const { source, base } = publication;
    const command = { type: 'PublishFxRates' as const, id: source, body: { base, days } };
    const terms = { authority, actor, expectedVersion: null, idempotency: null };
    doneOrThrow(await this.commands.execute({ command, ...terms }));
    return days.length;
  }
}

/** The days of a publication that say something new, oldest first. */
export function newDays(view: Pick<CatalogView, 'fxDigests'>, { source, days }: FxPublication): FxDay[] {
  return days.filter((day) => !view.fxDigests.has(source, day)).sort((a, b) => (a.date < b.date ? -1 : 1));
}
