import type { Logger } from '@ratestream/observability';

const BEAT_EVERY_MS = 10_000;

/**
 * Does work that is written down as going on, and says every few seconds that it does: whoever is silent for minutes is
 * taken for dead. By a timer and not by the work's own steps, for one step may take longer than that.
 */
export async function beating<T>(beat: () => Promise<void>, logger: Logger, work: () => Promise<T>): Promise<T> {
  const timer = setInterval(() => {
    beat().catch((error: unknown) => logger.warn({ err: error }, 'work that goes on could not say so'));
  }, BEAT_EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
