/** An ISO text, or microseconds UTC as events carry them → milliseconds. */
export function toMs(instant: string | number): number {
  if (typeof instant === 'string') return Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(instant) ? instant : `${instant.replace(' ', 'T')}Z`);
  if (instant > 1e14) return instant / 1_000;
  return instant > 1e11 ? instant : instant * 1_000;
}

/** '14:03:07' in the reader's own zone. */
export function clockTime(instant: string | number): string {
  return new Date(toMs(instant)).toLocaleTimeString('en-GB');
}

/** '12 ms', '1.4 s', '3 min'. */
export function duration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  return `${Math.round(ms / 60_000)} min`;
}
