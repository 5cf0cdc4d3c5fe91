import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Waits until something becomes true of a system that works in its own time.
 *
 * In      check: throws (an `expect` that fails) while it is not so; everyMs between two tries
 * Out     what the check returns, the first time that it does not throw
 * Errors  the last error of the check, once timeoutMs (30 s unless told) are over: its message says what was still missing
 */
export async function eventually<T>(
  check: () => T | Promise<T>,
  { timeoutMs = 30_000, everyMs = 50 }: { timeoutMs?: number; everyMs?: number } = {},
): Promise<T> {
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    try {
      return await check();
    } catch (error) {
      if (Date.now() >= deadline) throw error;
    }
    await sleep(everyMs);
  }
}
