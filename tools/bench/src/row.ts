/** One line of the table. */
export interface Row {
  id: string;
  value: number;
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
  /** `wanted`: of `ids`, those asked for. */
  run(options: BenchOptions, wanted: ReadonlySet<string>): Promise<Row[]>;
}
