import { countryOf } from '@ratestream/sms';
import type { SheetMapping } from '../mapping.js';
import { excerpt, type CellFault, type SheetRow } from '../model.js';
import { AmountCells } from './amount-cells.js';
import { Cells } from './cells.js';
import { DestinationCells } from './destination-cells.js';
import { NO_FAULTS, type Draft } from './draft.js';
import { headerKey, type Layout } from './header.js';
import { LabelCells } from './label-cells.js';

/** Reads the rows of one sheet into drafts: each cell by itself, every fault of a row at once. */
export class RowReader {
  private readonly cells: Cells;
  private readonly destination: DestinationCells;
  private readonly labels: LabelCells;
  private readonly amounts: AmountCells;
  private readonly wanted: readonly ReadonlySet<string>[];

  constructor(
    private readonly mapping: SheetMapping,
    layout: Layout,
    currency: string,
  ) {
    this.cells = new Cells(layout);
    this.destination = new DestinationCells(mapping, this.cells);
    this.labels = new LabelCells(mapping, this.cells);
    this.amounts = new AmountCells(mapping, this.cells, currency);
    this.wanted = mapping.only.map(({ values }) => new Set(values.map(headerKey)));
  }

  /** Out: the draft; null for a blank row, which is no row. */
  read(row: SheetRow): Draft | null {
    if (row.cells.every((cell) => cell.trim() === '')) return null;
    this.cells.begin(row);
    return this.notWanted(row.row) ?? this.readCells(row.row);
  }

  private notWanted(row: number): Draft | null {
    for (const [index, values] of this.wanted.entries()) {
      const field = `only.${index}`;
      const text = this.cells.text(field);
      if (values.has(headerKey(text))) continue;
      this.cells.fault(field, 'not_wanted', `"${excerpt(text)}" is not among what the mapping takes`);
      return emptyDraft(row, this.cells.faults);
    }
    return null;
  }

  private readCells(row: number): Draft {
    const { cells, destination, labels, amounts } = this;
    const country = destination.country();
    const { mcc, mncs } = destination.network();
    const { operator, operatorText } = destination.operator(country, mcc);
    const prefixes = destination.prefixes(country);
    const trafficClass = labels.label('trafficClass');
    const senderType = labels.label('senderType');
    const originCountry = labels.origin(country ?? landOf(prefixes));
    const routeGrade = labels.label('routeGrade');
    const priority = labels.priority();
    const unit = (labels.label('unit') ?? 'part') as 'part' | 'message';
    const price = amounts.price();
    const fees = amounts.fees();
    const effective = amounts.effective();
    const nothing = country === null && mcc === null && prefixes.length === 0;
    if (nothing && cells.faults.length === 0 && this.mapping.blankDestination === 'refuse')
      cells.fault(null, 'no_destination', 'names no country, network or prefix');
    if (price === null && fees.length === 0 && cells.faults.length === 0)
      cells.fault(null, 'no_amount', 'has neither a price nor a surcharge');
    if (cells.faults.length > 0) return emptyDraft(row, cells.faults);
    return {
      row,
      faults: NO_FAULTS,
      // A prefix says its country by itself, and rates of prefixes carry none.
      country: prefixes.length > 0 ? null : country,
      mcc,
      mncs,
      prefixes,
      operator,
      operatorText,
      trafficClass,
      senderType,
      originCountry,
      routeGrade,
      priority,
      price,
      unit,
      fees,
      effective,
    };
  }
}

/** The one country that all prefixes of a row are in. */
function landOf(prefixes: readonly string[]): string | null {
  const lands = new Set(prefixes.map((prefix) => countryOf(`+${prefix}`)));
  const [land = null] = lands;
  return lands.size === 1 ? land : null;
}

function emptyDraft(row: number, faults: readonly CellFault[]): Draft {
  return { ...EMPTY, row, faults };
}

const EMPTY: Draft = {
  row: 0,
  faults: NO_FAULTS,
  country: null,
  mcc: null,
  mncs: null,
  prefixes: [],
  operator: null,
  operatorText: null,
  trafficClass: null,
  senderType: null,
  originCountry: null,
  routeGrade: null,
  priority: 0,
  price: null,
  unit: 'part',
  fees: [],
  effective: null,
};
