import { inForce, type CatalogView, type RateCard } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import type { Counter, Logger, Metrics } from '@ratestream/observability';
import {
  diffRates,
  knownNetworks,
  readSheet,
  SHEET_LIMITS,
  SheetAnalysis,
  SheetError,
  type ChangeKind,
  type Finding,
  type RateChange,
  type RowVerdict,
} from '@ratestream/rate-sheets';
import { transaction, type Pool } from '@ratestream/postgres';
import { NO_TRAFFIC, weigher, type MarginTraffic, type WeighedLoss } from '../what-if/margin-traffic.js';
import { ChunkWriter, keepRates } from './import-chunks.js';
import type { ImportFault, ImportSummary } from './import.js';
import { datesOf } from './dated-imports.js';
import { beatImport, failImport, insertDates, noteRowsRead, stageImport, type NewImport } from './import-store.js';
import { changeOf, lossLabel, severityOf, verdictOf } from './labels.js';
import { compareMargins, ratesOf, type MarginTotals } from './margin-cards.js';
import { beating } from '../runtime/beating.js';

const NOTE_EVERY_MS = 1_000;
const BREATH_ITEMS = 4_000;

/** What was found about rates that no sheet brought. */
export interface Judged {
  findings: readonly Finding[];
  /** A code for each rate that could not be made. */
  refused: readonly string[];
}
const NOTHING_FOUND: Judged = { findings: [], refused: [] };

/** What a sheet would make of the card at its date. */
interface Read {
  baseVersion: number | null;
  next: readonly RateRow[];
}

/** The service stops, or the import was taken for dead: it is failed, and says what to do. */
export class Interrupted extends Error {}

export interface RunnerOptions {
  pool: Pool;
  view: CatalogView;
  logger: Logger;
  metrics: Metrics;
  maxRows: number;
  /** Weighs losses by the messages that would make them; absent: how many they are is not known. */
  traffic?: MarginTraffic;
  /** Microseconds UTC. */
  clock: () => number;
}

/**
 * Reads uploaded sheets: rows → verdicts → diff → margin effect, each stored as it is found.
 *
 * The work is done in slices of a few thousand rows with a breath after each, so that a million rows keep neither health
 * checks nor other requests waiting. An import is `reading` until everything of it is stored, then `staged`.
 */
export class ImportRunner {
  private readonly running = new Map<string, Promise<void>>();
  private readonly rows: Counter<'outcome'>;
  private stopping = false;

  constructor(private readonly options: RunnerOptions) {
    this.rows = options.metrics.counter('catalog_imported_rows_total', 'Rows of staged rate sheets', ['outcome']);
  }

  /** Resolves when the import is staged or failed, and never throws: what went wrong is in the import. */
  run(one: NewImport, card: RateCard, bytes: Buffer): Promise<void> {
    const work = this.alive(one.id, () => this.read(one, card, bytes))
      .then(() => undefined)
      .catch((error: unknown) => this.fail(one.id, error))
      .catch((error: unknown) =>
        this.options.logger.error({ err: error, importId: one.id }, 'a failed import was not stored'),
      )
      .finally(() => this.running.delete(one.id));
    this.running.set(one.id, work);
    return work;
  }

  /** Ends what is being read at its next breath. */
  async stop(): Promise<void> {
    this.stopping = true;
    await Promise.all(this.running.values());
  }

  /** Keeps an import that is being worked on from being taken for dead. */
  alive<T>(id: string, work: () => Promise<T>): Promise<T> {
    const { pool, logger } = this.options;
    return beating(() => beatImport(pool, id), logger, work);
  }

  /**
   * Stages rates that no sheet brought (a bulk change, a derived card, an offer) with the same diff, margin and approval.
   * The import's row is there already; `one.effectiveFrom` null: it counts from the approval on.
   */
  async stage(
    one: NewImport,
    card: RateCard,
    next: readonly RateRow[],
    judged: Judged = NOTHING_FOUND,
  ): Promise<ImportSummary> {
    return this.alive(one.id, () => this.stageNext(one, card, next, judged));
  }

  private async stageNext(
    one: NewImport,
    card: RateCard,
    next: readonly RateRow[],
    { findings, refused }: Judged,
  ): Promise<ImportSummary> {
    const { pool, clock } = this.options;
    const startedAt = performance.now();
    const at = one.effectiveFrom ?? clock();
    const { baseVersion, base } = await this.base(card.id, at);
    const list = new ChunkWriter<Finding>(pool, one.id, 'findings', severityOf);
    await list.add(findings);
    await list.end();
    const compared = await this.compare(one.id, card, { at, base, next });
    const summary: ImportSummary = {
      rowsIn: next.length + refused.length,
      accepted: next.length,
      refused: refused.length,
      rates: next.length,
      refusedBy: countBy(refused, (code) => code),
      findings: foundIn(findings),
      padding: null,
      header: [],
      headerRow: 0,
      ...compared,
      nextRates: next.length,
      tookMs: Math.round(performance.now() - startedAt),
    };
    const { effectiveFrom } = one;
    await this.staged(one.id, { format: null, effectiveFrom, baseVersion, summary });
    return summary;
  }

  private async read(one: NewImport, card: RateCard, bytes: Buffer, before: Read | null = null): Promise<Read> {
    const { pool, clock, maxRows } = this.options;
    const startedAt = performance.now();
    const reading = readSheet(bytes, one.mapping, { ...SHEET_LIMITS, maxRows });
    const analysis = new SheetAnalysis({
      mapping: one.mapping,
      currency: card.currency,
      networks: knownNetworks(),
      now: clock(),
      effectiveFrom: one.effectiveFrom,
      mode: one.mode,
      maxRows,
    });
    const note = this.noter(one.id);
    for await (const rows of reading.rows) {
      analysis.add(rows);
      await note(analysis.rowsIn);
      await this.breathe();
    }
    const dates = one.effectiveFrom === null ? analysis.instants : [];
    if (dates.length > 1) return this.readDates(one, card, bytes, dates);
    const at = analysis.instant() ?? clock();
    const inForceThere = await this.base(card.id, at);
    const { baseVersion } = inForceThere;
    // What the date before it would publish, where nothing else comes between the two.
    const base =
      before !== null && before.baseVersion === baseVersion
        ? new Map(before.next.map((rate) => [rate.rateId, rate]))
        : inForceThere.base;
    const verdicts = new ChunkWriter<RowVerdict>(pool, one.id, 'rows', verdictOf);
    const findings = new ChunkWriter<Finding>(pool, one.id, 'findings', severityOf);
    for (const batch of analysis.finish(reading.merges, base)) {
      await verdicts.add(batch.verdicts);
      await findings.add(batch.findings);
      await note(analysis.rowsIn);
      await this.breathe();
    }
    await verdicts.end();
    await findings.end();
    const { next } = analysis;
    const compared = await this.compare(one.id, card, { at, base, next });
    const { effectiveFrom: instant, ...counts } = analysis.summary;
    const tookMs = Math.round(performance.now() - startedAt);
    const summary: ImportSummary = { ...counts, ...compared, nextRates: next.length, tookMs };
    await this.staged(one.id, { format: reading.format, effectiveFrom: instant, baseVersion, summary });
    this.rows.inc({ outcome: 'accepted' }, counts.accepted);
    this.rows.inc({ outcome: 'refused' }, counts.refused);
    return { baseVersion, next };
  }

  private async staged(id: string, done: Parameters<typeof stageImport>[2]): Promise<void> {
    if (!(await stageImport(this.options.pool, id, done))) throw new Interrupted();
  }

  /** One import for each date of the sheet, each compared with what the one before it would publish. */
  private async readDates(one: NewImport, card: RateCard, bytes: Buffer, dates: readonly number[]): Promise<Read> {
    const members = datesOf(one, dates);
    await transaction(this.options.pool, (tx) => insertDates(tx, members));
    let before: Read | null = null;
    try {
      for (const member of members) before = await this.read(member, card, bytes, before);
    } catch (error) {
      for (const { id } of members) await this.fail(id, error);
      throw error;
    }
    return before as Read;
  }

  /** The version that is in force at an instant, and its rates. */
  async base(cardId: string, at: number): Promise<{ baseVersion: number | null; base: ReadonlyMap<string, RateRow> }> {
    const { pool, view } = this.options;
    const baseVersion = inForce(view.versions(cardId), at);
    const rates = baseVersion === null ? [] : await ratesOf(pool, cardId, baseVersion);
    return { baseVersion, base: new Map(rates.map((rate) => [rate.rateId, rate])) };
  }

  /** Stores what changes, what it does to margins, and the rates themselves. */
  private async compare(
    id: string,
    card: RateCard,
    { at, base, next }: { at: number; base: ReadonlyMap<string, RateRow>; next: readonly RateRow[] },
  ): Promise<Pick<ImportSummary, 'diff' | 'margin'>> {
    const diff = await this.diff(id, base, next);
    const margin = await this.margin(id, card, { at, base: base.values(), next });
    await keepRates(this.options.pool, id, card.id, next);
    return { diff, margin };
  }

  private async diff(
    id: string,
    base: ReadonlyMap<string, RateRow>,
    next: readonly RateRow[],
  ): Promise<Record<ChangeKind, number>> {
    const writer = new ChunkWriter<RateChange>(this.options.pool, id, 'diff', changeOf);
    let changes: RateChange[] = [];
    for (const change of diffRates(base, next)) {
      changes.push(change);
      if (changes.length < BREATH_ITEMS) continue;
      await writer.add(changes);
      await this.breathe();
      changes = [];
    }
    await writer.add(changes);
    await writer.end();
    return { new: 0, increase: 0, decrease: 0, changed: 0, unchanged: 0, withdrawn: 0, ...writer.counts };
  }

  private async margin(
    id: string,
    card: RateCard,
    imported: Parameters<typeof compareMargins>[3],
  ): Promise<ImportSummary['margin']> {
    const { pool, view, traffic = NO_TRAFFIC } = this.options;
    const weighed = await traffic.weigh(card, imported.next, imported.at);
    const weigh = weigher(weighed);
    const writer = new ChunkWriter<WeighedLoss>(pool, id, 'margin', lossLabel);
    const totals: MarginTotals = { cardsCompared: 0, cardsLeftOut: [] };
    for await (const { losses } of compareMargins(view, pool, card, imported, totals)) {
      await writer.add(losses.map(weigh));
      await this.breathe();
    }
    await writer.end();
    const known = weighed === null ? null : { days: weighed.days, lost: weighed.lost, cut: weighed.cut };
    return { losses: writer.total, already: writer.counts['already'] ?? 0, ...totals, traffic: known };
  }

  private noter(id: string): (rowsRead: number) => Promise<void> {
    let notedAtMs = Date.now();
    return async (rowsRead) => {
      if (Date.now() - notedAtMs < NOTE_EVERY_MS) return;
      notedAtMs = Date.now();
      await noteRowsRead(this.options.pool, id, rowsRead);
    };
  }

  private async breathe(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    if (this.stopping) throw new Interrupted();
  }

  /** Whatever went wrong is in the import from here on. */
  async fail(id: string, error: unknown): Promise<void> {
    const { pool, logger } = this.options;
    if (error instanceof Interrupted) return failImport(pool, id, null);
    if (!(error instanceof SheetError))
      logger.error({ err: error, importId: id }, 'a rate sheet could not be imported');
    return failImport(pool, id, faultOf(error));
  }
}

function countBy<T>(items: readonly T[], codeOf: (item: T) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) counts[codeOf(item)] = (counts[codeOf(item)] ?? 0) + 1;
  return counts;
}

function foundIn(findings: readonly Finding[]): ImportSummary['findings'] {
  const counts = Object.entries(countBy(findings, ({ code }) => code));
  const severity = (code: string): Finding['severity'] =>
    findings.find((one) => one.code === code)?.severity ?? 'warning';
  return Object.fromEntries(counts.map(([code, count]) => [code, { severity: severity(code), count, firstRow: null }]));
}

function faultOf(error: unknown): ImportFault {
  if (error instanceof SheetError) {
    const { code, message, row, column } = error;
    return { code, message, row, column };
  }
  return { code: 'failed', message: 'the sheet could not be imported; the log says why', row: null, column: null };
}
