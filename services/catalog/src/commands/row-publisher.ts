import {
  chunkNumbers,
  chunkRates,
  nextNumbersVersion,
  nextRateVersion,
  numberRowsHash,
  rateRowsHash,
  type CatalogCommand,
  type RowSet,
} from '@ratestream/catalog';
import type { CatalogEvent, NumberRow, RateChunk, RateRow } from '@ratestream/events';
import type { Pool } from '@ratestream/postgres';
import type { CatalogState } from './catalog-state.js';
import type { CommandHandler, CommandRequest, CommandResult } from './command-handler.js';

const UNIQUE_VIOLATION = '23505';
const MAX_TRIES = 5;

type Terms = Omit<CommandRequest, 'command' | 'chunks' | 'describe'>;

/**
 * Publishes uploaded rows as the next version of a card or numbering plan.
 *
 * Rows carry their version number and are written before the position is locked, so the number is a guess from the view;
 * where another upload to the same card has taken it meanwhile, the rows are numbered anew.
 */
export class RowPublisher {
  constructor(
    private readonly handler: CommandHandler,
    private readonly state: CatalogState,
    private readonly pool: Pool,
  ) {}

  rates(
    id: string,
    rows: readonly RateRow[],
    when: { effectiveFrom: number | null; backdated: boolean; insteadOf?: number | null },
    terms: Terms,
  ): Promise<CommandResult> {
    const sha256 = rateRowsHash(rows);
    return this.publish(
      terms,
      () => chunkRates(id, nextRateVersion(this.state, id), rows),
      (version, chunks) => ({
        type: 'PublishRates',
        id,
        version,
        ...when,
        rowSet: { rows: rows.length, chunks, sha256 },
      }),
      () => nextRateVersion(this.state, id),
    );
  }

  numbers(id: string, rows: readonly NumberRow[], terms: Terms): Promise<CommandResult> {
    const sha256 = numberRowsHash(rows);
    return this.publish(
      terms,
      () => chunkNumbers(id, nextNumbersVersion(this.state, id), rows),
      (version, chunks) => ({ type: 'PublishNumbers', id, version, rowSet: { rows: rows.length, chunks, sha256 } }),
      () => nextNumbersVersion(this.state, id),
    );
  }

  private async publish(
    terms: Terms,
    cut: () => RateChunk[],
    commandOf: (version: number, chunks: number) => CatalogCommand & { rowSet: RowSet },
    nextVersion: () => number,
  ): Promise<CommandResult> {
    for (let attempt = 1; ; attempt += 1) {
      const version = nextVersion();
      const chunks = cut();
      const command = commandOf(version, chunks.length);
      const { rowSet } = command;
      try {
        const result = await this.handler.execute({
          ...terms,
          command,
          chunks,
          describe: (events) => ({ ...describeVersion(events.at(-1)), ...rowSet, version }),
        });
        if (!isVersionTaken(result) || attempt === MAX_TRIES) return result;
      } catch (error) {
        if ((error as { code?: unknown }).code !== UNIQUE_VIOLATION || attempt === MAX_TRIES) throw error;
        await this.state.catchUp(this.pool);
      }
    }
  }
}

function describeVersion(event: CatalogEvent | undefined): object {
  const { effectiveFrom, knownAt, supersedes } = JSON.parse(event?.data ?? '{}') as Record<string, unknown>;
  return { effectiveFrom, knownAt, supersedes, streamVersion: event?.aggregateVersion };
}

function isVersionTaken(result: CommandResult): boolean {
  return result.outcome === 'conflict' && result.faults.some(({ code }) => code === 'version_taken');
}
