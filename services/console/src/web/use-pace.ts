import { useRef } from 'react';
import type { Live } from './api.js';

export interface Pace {
  atMs: number;
  perSec: number;
}

/** Longest stretch the chart shows. */
export const PACE_WINDOW_MS = 5 * 60_000;

/** Messages of each whole second: the last minute as analytics tells it, and before that what the page has seen itself. */
export function usePace(live: Live | null): Pace[] {
  const seen = useRef(new Map<number, number>());
  // The running second is not over and would always look low.
  for (const { t, messages } of live?.perSecond.slice(0, -1) ?? []) seen.current.set(Date.parse(t), messages);
  const points = [...seen.current].sort(([a], [b]) => a - b).map(([atMs, perSec]) => ({ atMs, perSec }));
  const from = (points.at(-1)?.atMs ?? 0) - PACE_WINDOW_MS;
  for (const { atMs } of points) if (atMs < from) seen.current.delete(atMs);
  return points.filter(({ atMs }) => atMs >= from);
}
