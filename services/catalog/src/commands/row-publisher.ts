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
import type { CommandAnswer, CommandBatch, CommandHandler, CommandRequest, CommandResult } from './command-handler.js';

const UNIQUE_VIOLATION = '23505';
const MAX_TRIES = 5;

type Terms = Omit<CommandRequest, 'command' | 'chunks' | 'describe'>;
type BatchTerms = Pick<CommandRequest, 'authority' | 'actor'> & Omit<CommandBatch, 'requests'>;

export interface When {
  /** Null: at once. */
  effectiveFrom: number | null;
  backdated: boolean;
  insteadOf?: number | null;
}

/** Rows on their way to their version: cut anew under each number that they are tried with. */
interface Publication {
  nextVersion: () => number;
  cut: () => RateChunk[];
  commandOf: (version: number, chunks: number) => CatalogCommand & { rowSet: RowSet };
}

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

  rates(id: string, rows: readonly RateRow[], when: When, terms: Terms): Promise<CommandResult> {
    return this.publishOne(this.publicationOf(id, rows, when), terms);
  }

  /** Versions of several cards in one transaction: every card's or none. */
  ratesOfAll(
    cards: readonly { id: string; rows: readonly RateRow[]; when: When }[],
    terms: BatchTerms,
  ): Promise<CommandResult> {
    const publications = cards.map(({ id, rows, when }) => this.publicationOf(id, rows, when));
    return this.publish(publications, terms);
  }

  numbers(id: string, rows: readonly NumberRow[], terms: Terms): Promise<CommandResult> {
    const sha256 = numberRowsHash(rows);
    const publication: Publication = {
      nextVersion: () => nextNumbersVersion(this.state, id),
      cut: () => chunkNumbers(id, nextNumbersVersion(this.state, id), rows),
      commandOf: (version, chunks) => ({
        type: 'PublishNumbers',
        id,
        version,
        rowSet: { rows: rows.length, chunks, sha256 },
      }),
    };
    return this.publishOne(publication, terms);
  }

  private publicationOf(id: string, rows: readonly RateRow[], when: When): Publication {
    const sha256 = rateRowsHash(rows);
    return {
      nextVersion: () => nextRateVersion(this.state, id),
      cut: () => chunkRates(id, nextRateVersion(this.state, id), rows),
      commandOf: (version, chunks) => ({
        type: 'PublishRates',
        id,
        version,
        ...when,
        rowSet: { rows: rows.length, chunks, sha256 },
      }),
    };
  }

  private publishOne(publication: Publication, { idempotency, alongside, ...terms }: Terms): Promise<CommandResult> {
    return this.publish([publication], {
      ...terms,
      idempotency,
      describe: ([answer]) => answer as CommandAnswer,
      ...(alongside === undefined ? {} : { alongside: (tx, [answer]) => alongside(tx, answer as CommandAnswer) }),
    });
  }

  private async publish(
    publications: readonly Publication[],
    { authority, actor, expectedVersion = null, ...batch }: BatchTerms & { expectedVersion?: number | null },
  ): Promise<CommandResult> {
    for (let attempt = 1; ; attempt += 1) {
      const requests = publications.map(({ nextVersion, cut, commandOf }): CommandBatch['requests'][number] => {
        const version = nextVersion();
        const chunks = cut();
        const command = commandOf(version, chunks.length);
        return {
          authority,
          actor,
          expectedVersion,
          command,
          chunks,
          describe: (events) => ({ ...describeVersion(events.at(-1)), ...command.rowSet, version }),
        };
      });
      try {
        const result = await this.handler.executeAll({ ...batch, requests });
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
