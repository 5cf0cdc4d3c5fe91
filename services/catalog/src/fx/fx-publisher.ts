import { MAX_FX_DAYS, type Authority, type CatalogView, type FxDay } from '@ratestream/catalog';
import type { CommandHandler } from '../commands/command-handler.js';
import { doneOrThrow } from '../http/command-port.js';

/** Days of one source on their way into the catalog. */
export interface FxPublication {
  source: string;
  base: string;
  days: readonly FxDay[];
}

export interface Published {
  source: string;
  /** Days in the publication. */
  days: number;
  /** Days that say something new, which are events now. */
  published: number;
  unchanged: number;
  firstDate: string | null;
  lastDate: string | null;
  /** Of the last event; of the view where nothing was new. */
  position: number;
}

/**
 * Publishes what is new in a publication: events of at most `MAX_FX_DAYS` days, oldest first, each a commit of its own.
 *
 * A publication that was cut off is completed by its repeat, and a repeat of a whole one does nothing.
 */
export class FxPublisher {
  constructor(
    private readonly commands: Pick<CommandHandler, 'execute'>,
    private readonly view: CatalogView,
  ) {}

  /** Errors: ProblemError where the catalog refuses the rates; those of PostgreSQL. */
  async publish(
    { source, base, days }: FxPublication,
    { authority, actor }: { authority: Authority; actor: string },
  ): Promise<Published> {
    const sorted = [...days].sort((a, b) => (a.date < b.date ? -1 : 1));
    const fresh = sorted.filter((day) => !this.view.fxDigests.has(source, day));
    let position = this.view.position;
    for (let from = 0; from < fresh.length; from += MAX_FX_DAYS) {
      const body = { base, days: fresh.slice(from, from + MAX_FX_DAYS) };
      const command = { type: 'PublishFxRates' as const, id: source, body };
      const result = await this.commands.execute({
        command,
        authority,
        actor,
        expectedVersion: null,
        idempotency: null,
      });
      position = doneOrThrow(result).answer.position;
    }
    return {
      source,
      days: days.length,
      published: fresh.length,
      unchanged: days.length - fresh.length,
      firstDate: sorted[0]?.date ?? null,
      lastDate: sorted.at(-1)?.date ?? null,
      position,
    };
  }
}
