/** One line of the table. */
export interface Row {
  id: string;
  /** Null where it could not be measured; the note says why. */
  value: number | null;
  unit: string;
  /** What it is measured against in the same run; null where the goal is absolute. */
  baseline: number | null;
  /** value ÷ baseline for throughputs, or what `goal` speaks of. */
  ratio: number | null;
  /** What the row has to reach; null for a figure that only tells. */
  goal: string | null;
  met: boolean | null;
  note: string;
}

export interface BenchOptions {
  quick: boolean;
  say: (text: string) => void;
}

/** A measurement; several rows where one set-up serves them all. */
export interface Measurement {
  ids: readonly string[];
  /** `wanted`: of `ids`, those asked for. `done` takes each row as it is measured, so that what fails later loses nothing. */
  run(options: BenchOptions, wanted: ReadonlySet<string>, done: (...rows: Row[]) => void): Promise<void>;
}

/** The place of a row that could not be measured. */
export function failedRow(id: string, error: unknown): Row {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    id,
    value: null,
    unit: '–',
    baseline: null,
    ratio: null,
    goal: null,
    met: false,
    note: `failed: ${reason.replaceAll(/\s+/g, ' ').replaceAll('|', '/').slice(0, 300)}`,
  };
}
