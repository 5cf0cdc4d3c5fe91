import type { Authority, DecisionContext } from '@ratestream/catalog';
import { ECB, parseEcbHistory, STALE_AFTER_DAYS, type LineFault } from '@ratestream/fx';
import { conflict, Cursor, pageOf, ProblemError, type Caller, type Fault, type Page } from '@ratestream/http';
import type { HealthResult } from '@ratestream/observability';
import type { Pool } from '@ratestream/postgres';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { authorityOf, commandHeaders } from '../http/command-context.js';
import type { ManualQuery } from '../http/fx-requests.js';
import { readFileOf } from '../upload/read-file.js';
import type { FeedStatus, FxFeed } from './fx-feed.js';
import type { FxQueries } from './fx-queries.js';
import type { FxStatus, FxStatusView } from './fx-status.js';
import type { ManualFxRates } from './manual-rates.js';
import { listManual, type ManualSummary } from './manual-rates.store.js';
import { screenHistory } from './screen-history.js';

export interface FxParts {
  pool: Pool;
  queries: FxQueries;
  statuses: FxStatusView;
  manual: ManualFxRates;
  /** null: no feed is configured. */
  feed: FxFeed | null;
  /** What a command would be decided by now. */
  contextOf: (authority: Authority) => DecisionContext;
  maxBytes: number;
}

/** What became of a file: what of it waits for approval, null where it says nothing new; and what could not be read. */
export interface EcbAnswer {
  staged: ManualSummary | null;
  daysInFile: number;
  unchanged: number;
  refused: LineFault[];
}

/** Faults that an answer lists; there may be one in every cell of a wrong file. */
const MAX_FAULTS = 1_000;
const NOTED_FAULTS = 20;
const manualCursor = z.tuple([z.int().min(0), z.uuid()]);

/** Between the controller and what knows exchange rates. All of it is the operator's. */
export class FxPort {
  constructor(readonly parts: FxParts) {}

  /** Takes the ECB's file in, for another person to approve; what it says that is known already is left out. */
  async uploadEcb(request: FastifyRequest, partial: boolean, caller: Caller): Promise<EcbAnswer> {
    const { manual, contextOf, maxBytes } = this.parts;
    const { content, fileName, sha256 } = await readFileOf(request, maxBytes);
    const history = parseEcbHistory(content.toString('utf8'));
    const { days, faults } = screenHistory(history, contextOf(authorityOf(caller)));
    if (days.length === 0 || (faults.length > 0 && !partial)) throw refusedLines(days.length, faults);
    const note = `${fileName ?? 'a file'} with SHA-256 ${sha256}${withoutLines(faults)}`;
    const staged = await manual.stageFile({ ...ECB, days, note, sha256 }, caller, commandHeaders(request));
    const unchanged = days.length - (staged?.dayCount ?? 0);
    return { staged, daysInFile: days.length, unchanged, refused: faults.slice(0, MAX_FAULTS) };
  }

  start(): void {
    this.parts.feed?.start();
  }

  async stop(): Promise<void> {
    await this.parts.feed?.stop();
  }

  health(): HealthResult {
    return this.parts.statuses.health();
  }

  status(): FxStatus {
    const { statuses, feed } = this.parts;
    return { sources: statuses.sources(), staleAfterDays: STALE_AFTER_DAYS, feed: feed?.status ?? null };
  }

  pull(): Promise<FeedStatus> {
    const { feed } = this.parts;
    if (feed === null) throw conflict('no_feed', 'No feed is configured: FX_FEED_URL is not set.');
    return feed.pull();
  }

  async listManual({ limit, cursor, status }: ManualQuery): Promise<Page<ManualSummary>> {
    const before = cursor === undefined ? null : Cursor.decode(manualCursor, cursor);
    const rows = await listManual(this.parts.pool, limit + 1, status ?? null, before);
    return pageOf(rows, limit, ({ stagedAt, id }) => [stagedAt, id]);
  }
}

/** For whoever approves the rest. */
function withoutLines(faults: readonly LineFault[]): string {
  if (faults.length === 0) return '';
  const named = faults.slice(0, NOTED_FAULTS).map(({ line, message }) => `line ${line}: ${message}`);
  const more = faults.length > NOTED_FAULTS ? `; and ${faults.length - NOTED_FAULTS} more` : '';
  return `, without ${named.join('; ')}${more}`;
}

function refusedLines(good: number, faults: readonly LineFault[]): ProblemError {
  const listed = faults.slice(0, MAX_FAULTS).map(({ line, column, message }): Fault => {
    return { pointer: `/lines/${line}${column === null ? '' : `/${column}`}`, code: 'malformed', detail: message };
  });
  const detail =
    good === 0
      ? 'The file holds no rates.'
      : `${new Set(faults.map(({ line }) => line)).size} lines are refused, so nothing is staged; partial=accept stages the other ${good}.`;
  return new ProblemError(422, 'lines_refused', detail, listed);
}
