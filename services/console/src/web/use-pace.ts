import { useRef } from 'react';
import type { Live } from './api.js';

export interface Pace {
  atMs: number;
  perSec: number;
}

/** Width of the chart. */
export const PACE_WINDOW_MS = 5 * 60_000;

/** The pace as it was seen since the page was opened, at most five minutes of it. */
export function usePace(live: Live | null): Pace[] {
  const seen = useRef<Pace[]>([]);
  if (live !== null) {
    const atMs = Date.parse(live.at);
    const last = seen.current.at(-1);
    if (last === undefined || atMs > last.atMs) {
      seen.current = [
        ...seen.current.filter((point) => point.atMs > atMs - PACE_WINDOW_MS),
        { atMs, perSec: live.messagesPerSec },
      ];
    }
  }
  return seen.current;
}
