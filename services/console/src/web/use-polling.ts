import { useEffect, useRef, useState } from 'react';
import { ApiError } from './api.js';

export interface Polled<T> {
  data: T | null;
  /** Why the last try failed; null after a success. */
  error: ApiError | null;
  /** When `data` came, by this browser's clock. */
  receivedAtMs: number | null;
  retry(): void;
}

const MAX_PAUSE_MS = 10_000;

/**
 * Reads again and again while the tab is visible. What was read last stays when a read fails, so that a short outage shows
 * old figures marked as old instead of an empty page; failures are tried again ever more slowly.
 */
export function usePolling<T>(
  read: (signal: AbortSignal) => Promise<T>,
  everyMs: number,
  dependency: string,
): Polled<T> {
  const [state, setState] = useState<Omit<Polled<T>, 'retry'>>({ data: null, error: null, receivedAtMs: null });
  const [round, setRound] = useState(0);
  const reader = useRef(read);
  reader.current = read;

  useEffect(() => {
    const abort = new AbortController();
    let timer: number | undefined;
    let failures = 0;
    const schedule = (): void => {
      const pauseMs = failures === 0 ? everyMs : Math.min(MAX_PAUSE_MS, everyMs * 2 ** failures);
      timer = window.setTimeout(() => void tick(), pauseMs);
    };
    const tick = async (): Promise<void> => {
      if (document.hidden) return schedule();
      try {
        const data = await reader.current(abort.signal);
        if (abort.signal.aborted) return;
        failures = 0;
        setState({ data, error: null, receivedAtMs: Date.now() });
      } catch (thrown) {
        if (abort.signal.aborted) return;
        failures++;
        const error = thrown instanceof ApiError ? thrown : new ApiError(0, 'The answer could not be read.');
        setState((before) => ({ ...before, error }));
      }
      schedule();
    };
    void tick();
    return () => {
      abort.abort();
      window.clearTimeout(timer);
    };
  }, [everyMs, dependency, round]);

  return { ...state, retry: () => setRound((before) => before + 1) };
}

/** The present, once a second: for "updated 3 s ago". */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1_000);
    return () => window.clearInterval(timer);
  }, []);
  return now;
}
