import { formatInstant } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { keptRates, nextRates, type ImportMode } from './compare/diff.js';
import { scopeOf, type SheetMapping } from './mapping.js';
import { detectPadding, type PaddingEvidence } from './mnc-padding.js';
import { columnLetter, SheetError, type CellFault, type Finding, type RowVerdict, type SheetRow } from './model.js';
import type { NetworkList } from './networks.js';
import type { MergedRange } from './read/xlsx-sheet.js';
import { candidateOf, isLater, type Candidate } from './rows/candidate.js';
import type { Draft } from './rows/draft.js';
import { HeaderFinder, type Layout } from './rows/header.js';
import { RowReader } from './rows/row-reader.js';
import { mergedRows, refuseSecondTable } from './rows/sheet-shape.js';
import { Priorities } from './rows/priorities.js';
import { SurchargeNames } from './rows/surcharge-names.js';
import { findTies } from './rows/ties.js';

/** A price that moves by more than this is looked at. */
export const JUMP_PERCENT = 50n;
const BATCH_ROWS = 2_000;
const DONE = 'done';
const MAX_TIES = 1_000;

export interface AnalysisOptions {
  mapping: SheetMapping;
  /** Currency of the card. */
  currency: string;
  networks: NetworkList;
  now: number;
  /** When the import takes effect; null: the sheet says it. */
  effectiveFrom: number | null;
  mode: ImportMode;
  maxRows: number;
}

export interface AnalysisSummary {
  /** Rows that are not blank, below the header; always accepted + refused. */
  rowsIn: number;
  accepted: number;
  refused: number;
  rates: number;
  refusedBy: Record<string, number>;
  findings: Record<string, { severity: Finding['severity']; count: number; firstRow: number | null }>;
  padding: PaddingEvidence | null;
  header: readonly string[];
  headerRow: number;
  effectiveFrom: number | null;
}

export interface AnalysisBatch {
  verdicts: RowVerdict[];
  findings: Finding[];
}

/**
 * Gives every row of a sheet its verdict.
 *
 * In      `add` the rows as they are read; `instant` then says when the import takes effect, so that the caller can find
 *         the version in force there; `finish` yields in batches, so that the caller can store them and let others work
 * Out     afterwards `rates` of the sheet, `next` of the version it would make, and `summary`. Rows in = accepted + refused, always
 * Errors  SheetError where the sheet as a whole cannot be read: no header, two tables, several effective dates
 */
export class SheetAnalysis {
  readonly rates: RateRow[] = [];
  /** Rates of the next version, once `finish` has ended. */
  next: RateRow[] = [];
  private readonly finder: HeaderFinder;
  private readonly drafts: (Draft | typeof DONE)[] = [];
  private reader: RowReader | null = null;
  private blankBefore = false;
  private padding: PaddingEvidence | null = null;
  private base: ReadonlyMap<string, RateRow> = new Map();
  private effectiveFrom: number | null;
  private accepted = 0;
  private readonly refusedBy = new Map<string, number>();
  private readonly counted = new Map<
    string,
    { severity: Finding['severity']; count: number; firstRow: number | null }
  >();

  constructor(private readonly options: AnalysisOptions) {
    this.finder = new HeaderFinder(options.mapping);
    this.effectiveFrom = options.effectiveFrom;
  }

  add(rows: readonly SheetRow[]): void {
    for (const row of rows) {
      if (this.reader === null && this.finder.layout === null) {
        this.finder.take(row);
        continue;
      }
      if (this.finder.take(row)) continue;
      this.reader ??= new RowReader(this.options.mapping, this.layout, this.options.currency);
      refuseSecondTable(row, this.layout, this.blankBefore);
      const draft = this.reader.read(row);
      this.blankBefore = draft === null;
      if (draft === null) continue;
      this.drafts.push(draft);
      if (this.drafts.length > this.options.maxRows)
        throw new SheetError('too_many_rows', `the sheet has more than ${this.options.maxRows} rows`, row.row, null);
    }
  }

  /** Rows read so far. */
  get rowsIn(): number {
    return this.drafts.length;
  }

  get layout(): Layout {
    if (this.finder.layout === null) throw this.finder.notFound();
    return this.finder.layout;
  }

  /** When all rows are in: every instant that they name, ascending. */
  get instants(): number[] {
    const found = new Set<number>();
    for (const draft of this.drafts)
      if (draft !== DONE && draft.effective !== null && draft.faults.length === 0) found.add(draft.effective);
    return [...found].sort((a, b) => a - b);
  }

  /** When all rows are in: the instant that the caller or the sheet names; null: neither does. */
  instant(): number | null {
    const { headerRow } = this.layout;
    if (this.drafts.length === 0)
      throw new SheetError('empty', 'the sheet has no rows below its header', headerRow + 1, 'A');
    this.decideInstant();
    return this.effectiveFrom;
  }

  /** In: merged cells; rates of the version in force by id, which a jump is measured against. */
  *finish(merges: readonly MergedRange[], base: ReadonlyMap<string, RateRow>): Generator<AnalysisBatch> {
    this.instant();
    this.base = base;
    const last = this.drafts.at(-1);
    const merged = mergedRows(merges, this.options.mapping, this.layout, typeof last === 'object' ? last.row : 0);
    this.padding = this.findPadding();
    const context = {
      padding: this.padding?.padding ?? 'none',
      networks: this.options.networks,
      effectiveFrom: this.effectiveFrom,
      base,
      faultOf: (field: string, code: string, message: string) => this.fault(field, code, message),
    } as const;
    const candidates: Candidate[] = [];
    const winners = new Map<string, Candidate>();
    for (const [index, draft] of this.drafts.entries()) {
      if (draft === DONE) continue;
      const candidate = candidateOf(draft, merged.get(draft.row), context);
      candidates.push(candidate);
      // A million drafts are half of the memory; nobody reads them again.
      this.drafts[index] = DONE;
      for (const rate of candidate.rates) {
        const first = winners.get(rate.rateId);
        if (first === undefined || isLater(candidate, first)) winners.set(rate.rateId, candidate);
      }
      if (index % BATCH_ROWS === BATCH_ROWS - 1) yield { verdicts: [], findings: [] };
    }
    const { mapping, mode } = this.options;
    const staying = mode === 'full' ? keptRates(base, scopeOf(mapping)) : [...base.values()];
    const fees = new SurchargeNames(staying, mapping.surcharges);
    const priorities = new Priorities(staying);
    for (let from = 0; from < candidates.length; from += BATCH_ROWS) {
      yield this.judge(candidates.slice(from, from + BATCH_ROWS), winners, fees, priorities);
    }
    this.next = nextRates(base, this.rates, mode, scopeOf(mapping));
    const batch: AnalysisBatch = { verdicts: [], findings: [] };
    this.findInSheet(batch);
    yield batch;
    yield* this.findTies(winners);
  }

  get summary(): AnalysisSummary {
    const { header, headerRow } = this.layout;
    return {
      rowsIn: this.drafts.length,
      accepted: this.accepted,
      refused: this.drafts.length - this.accepted,
      rates: this.rates.length,
      refusedBy: Object.fromEntries(this.refusedBy),
      findings: Object.fromEntries(this.counted),
      padding: this.padding,
      header,
      headerRow,
      effectiveFrom: this.effectiveFrom,
    };
  }

  private judge(
    candidates: readonly Candidate[],
    winners: ReadonlyMap<string, Candidate>,
    fees: SurchargeNames,
    priorities: Priorities,
  ): AnalysisBatch {
    const batch: AnalysisBatch = { verdicts: [], findings: [] };
    for (const candidate of candidates) {
      const { row, rates, warnings } = candidate;
      const won = rates.filter(({ rateId }) => winners.get(rateId) === candidate);
      const lost = rates
        .filter(({ rateId }) => winners.get(rateId) !== candidate)
        .map((rate) => this.duplicate(rate, candidate, winners));
      const faults = rates.length > 0 && won.length === 0 ? lost : [...candidate.faults];
      if (faults.length === 0)
        for (const { field, message } of fees.add(won)) faults.push(this.fault(field, 'too_many_surcharges', message));
      const ranked = faults.length === 0 ? priorities.add(won) : null;
      if (ranked !== null) faults.push(this.fault('priority', 'too_many_priorities', ranked));
      if (faults.length > 0) this.refuse(row, faults, batch);
      else {
        this.accepted += 1;
        for (const rate of won) this.rates.push(rate);
        batch.verdicts.push({
          row,
          verdict: 'accepted',
          rateIds: won.map(({ rateId }) => rateId),
          faults: [],
        });
        for (const fault of lost) this.find(batch, { row, severity: 'warning', ...fault });
        for (const warning of warnings) this.find(batch, { row, column: null, severity: 'warning', ...warning });
        this.comparePrices(row, won, batch);
      }
    }
    return batch;
  }

  private refuse(row: number, faults: readonly CellFault[], batch: AnalysisBatch): void {
    batch.verdicts.push({ row, verdict: 'refused', rateIds: [], faults: [...faults] });
    for (const code of new Set(faults.map((fault) => fault.code)))
      this.refusedBy.set(code, (this.refusedBy.get(code) ?? 0) + 1);
    // What the mapping leaves out on purpose is told by the verdict alone.
    for (const fault of faults) if (fault.code !== 'not_wanted') this.find(batch, { row, severity: 'error', ...fault });
  }

  private comparePrices(row: number, rates: readonly RateRow[], batch: AnalysisBatch): void {
    const column = this.letter('price');
    for (const { rateId, price, surcharge } of rates) {
      if (price === 0n && surcharge === null)
        this.find(batch, {
          row,
          column,
          severity: 'warning',
          code: 'price_of_zero',
          message: `${rateId} would be free`,
        });
      const before = this.base.get(rateId)?.price;
      if (before === undefined || before === 0n) continue;
      const difference = price > before ? price - before : before - price;
      if (difference * 100n > before * JUMP_PERCENT)
        this.find(batch, {
          row,
          column,
          severity: 'warning',
          code: 'jump',
          message: `${rateId} moves by more than ${JUMP_PERCENT} %`,
        });
    }
  }

  private duplicate(rate: RateRow, candidate: Candidate, winners: ReadonlyMap<string, Candidate>): CellFault {
    const other = winners.get(rate.rateId);
    const same =
      other?.rates.find(({ rateId }) => rateId === rate.rateId)?.price === rate.price ? ' at the same price' : '';
    const later = other !== undefined && isLater(other, candidate);
    return later
      ? this.fault('effectiveDate', 'superseded_in_sheet', `"${rate.rateId}" has a later date in row ${other.row}`)
      : this.fault('price', 'duplicate_key', `"${rate.rateId}" is in row ${other?.row} already${same}`);
  }

  private findInSheet(batch: AnalysisBatch): void {
    const { now, mapping, mode } = this.options;
    const warn = (column: string | null, code: string, message: string): void =>
      this.find(batch, { row: null, column, severity: 'warning', code, message });
    if (this.effectiveFrom !== null && this.effectiveFrom < now)
      warn(
        this.letter('effectiveDate'),
        'past_effective_date',
        `the sheet takes effect at ${formatInstant(this.effectiveFrom)}, which is past`,
      );
    if (this.padding?.undecided === true)
      warn(
        this.letter('mnc') ?? this.letter('mccMnc'),
        'padding_undecided',
        `MNCs are filled up on the left or on the right, and the sheet does not show on which; taken as ${this.padding.padding}`,
      );
    if (mode !== 'full') return;
    const kept = keptRates(this.base, scopeOf(mapping));
    const fees = kept.filter(({ surcharge }) => surcharge !== null);
    const names = [...new Set(fees.map(({ surcharge }) => surcharge))].join(', ');
    if (fees.length > 0)
      warn(null, 'surcharges_kept', `the sheet does not speak of ${names}: ${fees.length} surcharges stay as they are`);
    if (kept.length > fees.length)
      warn(null, 'prices_kept', `the sheet has no prices: ${kept.length - fees.length} rates stay as they are`);
  }

  /** Over the whole next version: a partial sheet's rates may tie with those that stay. */
  private *findTies(winners: ReadonlyMap<string, Candidate>): Generator<AnalysisBatch> {
    const batch: AnalysisBatch = { verdicts: [], findings: [] };
    const warn = (row: number | null, code: string, message: string): void =>
      this.find(batch, { row, column: null, severity: 'warning', code, message });
    const ties = findTies(this.next, this.options.networks);
    let found = 0;
    let step = ties.next();
    for (; step.done !== true && found < MAX_TIES; step = ties.next()) {
      if (step.value === null) {
        yield { verdicts: [], findings: [] };
        continue;
      }
      const { one, two } = step.value;
      const row = winners.get(two)?.row ?? winners.get(one)?.row;
      // Of two rates that stay it was said when they came.
      if (row === undefined) continue;
      found += 1;
      const message = `"${two}" and "${one}" can both price one message, and neither is closer in everything: the card's precedence decides until one has a priority`;
      warn(row, 'tie', message);
    }
    if (found === MAX_TIES || (step.done === true && step.value.cut))
      warn(null, 'more_ties', `more rates tie than are named here; settle these first`);
    yield batch;
  }

  private find(batch: AnalysisBatch, { row, column, code, severity, message }: Finding): void {
    batch.findings.push({ row, column, code, severity, message });
    const known = this.counted.get(code);
    if (known === undefined) this.counted.set(code, { severity, count: 1, firstRow: row });
    else known.count += 1;
  }

  private findPadding(): PaddingEvidence | null {
    const { mapping, networks } = this.options;
    if (mapping.mnc === undefined && mapping.mccMnc === undefined) return null;
    const codes = new Map<string, readonly [string, string]>();
    for (const draft of this.drafts) {
      if (draft === DONE) continue;
      const { mcc, mncs, faults } = draft;
      if (faults.length > 0 || mcc === null) continue;
      for (const mnc of mncs ?? []) codes.set(`${mcc}-${mnc}`, [mcc, mnc]);
    }
    const evidence = detectPadding(codes.values(), networks);
    return mapping.mncPadding === 'auto' ? evidence : { ...evidence, padding: mapping.mncPadding, undecided: false };
  }

  private decideInstant(): void {
    if (this.effectiveFrom !== null) return;
    for (const draft of this.drafts) {
      if (draft === DONE) continue;
      const { row, effective } = draft;
      if (effective === null || effective === this.effectiveFrom) continue;
      if (this.effectiveFrom !== null) {
        const two = `${formatInstant(this.effectiveFrom)} and ${formatInstant(effective)}`;
        const column = this.letter('effectiveDate');
        throw new SheetError(
          'several_effective_dates',
          `row ${row}, column ${column}: the sheet takes effect at several instants, ${two}; import it once for each with effectiveFrom`,
          row,
          column,
        );
      }
      this.effectiveFrom = effective;
    }
  }

  private fault(field: string, code: string, message: string): CellFault {
    return { column: this.letter(field), field, code, message };
  }

  private letter(field: string): string | null {
    const at = this.layout.columns.get(field);
    return at === undefined ? null : columnLetter(at);
  }
}
