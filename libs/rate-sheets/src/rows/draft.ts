import type { Nano } from '@ratestream/money';
import type { CellFault } from '../model.js';

/** A surcharge of a row. */
export interface Fee {
  name: string;
  price: Nano;
  unit: 'part' | 'message';
  validFrom: number | null;
  validUntil: number | null;
}

/** A row as its cells say it, before the sheet as a whole is known. */
export interface Draft {
  row: number;
  /** Empty, or why it is refused. */
  faults: readonly CellFault[];
  country: string | null;
  mcc: string | null;
  /** As written; null: every network of the MCC. */
  mncs: readonly string[] | null;
  prefixes: readonly string[];
  /** A name to find the networks by; null where the row says its destination otherwise. */
  operator: string | null;
  /** As the cell has it, to tell two readings of an MNC apart. */
  operatorText: string | null;
  trafficClass: string | null;
  senderType: string | null;
  originCountry: string | null;
  routeGrade: string | null;
  priority: number;
  /** null: the row has surcharges alone. */
  price: Nano | null;
  unit: 'part' | 'message';
  fees: readonly Fee[];
  effective: number | null;
}

export const NO_FAULTS: readonly CellFault[] = [];
