import type { Micros } from './model.js';

const INSTANT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,6}))?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Reads an ISO 8601 instant with zone, to the microsecond.
 *
 * Out     microseconds UTC; null when the text is no such instant (no zone, no such day, seven fraction digits, after 2255)
 * Example '2026-05-01T12:00:00.000001Z' → 1777636800000001
 */
export function parseInstant(text: string): Micros | null {
  const match = INSTANT.exec(text);
  if (match === null) return null;
  const [, minutes = '', seconds = '00', fraction = '', zone = ''] = match;
  const ms = Date.parse(`${minutes}:${seconds}${zone}`);
  if (Number.isNaN(ms) || !sameDay(minutes)) return null;
  const micros = ms * 1000 + Number(fraction.padEnd(6, '0'));
  // After June 2255 a number no longer names a single microsecond.
  return Number.isSafeInteger(micros) ? micros : null;
}

/** Writes an instant in ISO 8601, UTC, with six digits of fraction when it has any. */
export function formatInstant(micros: Micros): string {
  const ms = Math.floor(micros / 1000);
  const rest = micros - ms * 1000;
  const iso = new Date(ms).toISOString();
  if (rest !== 0) return `${iso.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
  return iso;
}

/** Date.parse moves 30 February into March; such a day is a typing error, not March. */
function sameDay(minutes: string): boolean {
  const parsed = new Date(`${minutes}:00Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(minutes);
}
