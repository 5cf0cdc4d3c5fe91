/** '14:03:07' in the reader's own zone. Texts are ISO 8601, numbers microseconds UTC, as events carry them. */
export function clockTime(instant: string | number): string {
  return new Date(typeof instant === 'number' ? instant / 1_000 : instant).toLocaleTimeString('en-GB');
}

/** '12 ms', '1.4 s', '3 min'. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return `${Math.round(ms / 60_000)} min`;
}
