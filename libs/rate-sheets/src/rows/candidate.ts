import { formatInstant, rateIdOf } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import type { MncPadding, CellFault } from '../model.js';
import type { NetworkList } from '../networks.js';
import { resolveDestinations, type Destination } from './destinations.js';
import type { Draft } from './draft.js';

/** A row with the rates that it would make, once the sheet as a whole is known. */
export interface Candidate {
  row: number;
  effective: number | null;
  faults: readonly CellFault[];
  /** What the row would price: for each destination its usage rate, then its surcharges. */
  rates: readonly RateRow[];
  warnings: readonly { code: string; message: string }[];
}

export interface CandidateContext {
  padding: MncPadding;
  networks: NetworkList;
  effectiveFrom: number | null;
  /** Rates in force: what a sheet does not speak of stays as it was there. */
  base: ReadonlyMap<string, RateRow>;
  faultOf(field: string, code: string, message: string): CellFault;
}

const NO_RATES: readonly RateRow[] = [];
const NO_WARNINGS: Candidate['warnings'] = [];
const NO_TERMS = { basis: null, timeoutSec: null, timeoutPolicy: null };

export function candidateOf(draft: Draft, merged: CellFault | undefined, context: CandidateContext): Candidate {
  const { row, effective } = draft;
  const faults: CellFault[] = merged === undefined ? [...draft.faults] : [...draft.faults, merged];
  if (faults.length > 0) return { row, effective, faults, rates: NO_RATES, warnings: NO_WARNINGS };
  const { padding, networks, effectiveFrom, faultOf } = context;
  const resolved = resolveDestinations(draft, padding, networks);
  for (const { field, code, message } of resolved.faults) faults.push(faultOf(field, code, message));
  if (effective !== null && effectiveFrom !== null && effective > effectiveFrom)
    faults.push(
      faultOf('effectiveDate', 'later_date', `takes effect at ${formatInstant(effective)}, later than this import`),
    );
  if (faults.length > 0) return { row, effective, faults, rates: NO_RATES, warnings: NO_WARNINGS };
  const rates = unique(resolved.destinations.flatMap((destination) => ratesOf(draft, destination, context.base)));
  return { row, effective, faults, rates, warnings: resolved.warnings };
}

export function isLater(one: Candidate, two: Candidate): boolean {
  return one.effective !== null && (two.effective === null || one.effective > two.effective);
}

function ratesOf(draft: Draft, destination: Destination, base: ReadonlyMap<string, RateRow>): RateRow[] {
  const { trafficClass, senderType, originCountry, routeGrade, priority, price, unit, fees } = draft;
  const key = { ...destination, trafficClass, senderType, originCountry, routeGrade, priority };
  const rates: RateRow[] = [];
  if (price !== null)
    rates.push(withTerms({ ...key, price, unit, surcharge: null, validFrom: null, validUntil: null }, base));
  for (const { name, ...fee } of fees) rates.push(withTerms({ ...key, ...fee, surcharge: name }, base));
  return rates;
}

function withTerms(rate: Omit<RateRow, 'rateId' | keyof typeof NO_TERMS>, base: ReadonlyMap<string, RateRow>): RateRow {
  const rateId = rateIdOf(rate);
  const { basis, timeoutSec, timeoutPolicy } = base.get(rateId) ?? NO_TERMS;
  return { rateId, ...rate, basis, timeoutSec, timeoutPolicy };
}

/** A row may list one network twice. */
function unique(rates: RateRow[]): RateRow[] {
  return rates.length < 2 ? rates : [...new Map(rates.map((rate) => [rate.rateId, rate])).values()];
}
