import { failedRow, type BenchOptions, type Measurement, type Row } from './row.js';

/**
 * Every wanted row. A measurement that throws costs the rows it has not brought yet, which are shown as failed, and no
 * others.
 *
 * In   onRows: called after each measurement with all rows so far
 * Out  all rows, and whether each wanted one was measured
 */
export async function measureAll(
  measurements: readonly Measurement[],
  wanted: ReadonlySet<string>,
  options: BenchOptions,
  onRows: (rows: readonly Row[]) => void,
): Promise<{ rows: readonly Row[]; whole: boolean }> {
  const rows: Row[] = [];
  let whole = true;
  for (const measurement of measurements) {
    const some = new Set(measurement.ids.filter((id) => wanted.has(id)));
    if (some.size === 0) continue;
    options.say(`measuring ${[...some].join(', ')}`);
    const brought: Row[] = [];
    try {
      await measurement.run(options, some, (...measured) => void brought.push(...measured));
    } catch (error) {
      options.say(`failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
      const missing = [...some].filter((id) => !brought.some((row) => isOf(row, id)));
      brought.push(...missing.map((id) => failedRow(id, error)));
      whole = false;
    }
    rows.push(...brought);
    onRows(rows);
  }
  return { rows, whole: whole && rows.every(({ value }) => value !== null) };
}

/** A measurement may bring several rows under one id: `latency-accept-p50` is of `latency`. */
function isOf(row: Row, id: string): boolean {
  return row.id === id || row.id.startsWith(`${id}-`);
}
