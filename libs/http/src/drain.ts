import type { Logger } from '@ratestream/observability';

export interface ShutdownHook {
  name: string;
  run(): void | Promise<void>;
}

/**
 * Runs the steps one after the other within one bound for all of them. A step that fails or hangs does not keep the next
 * from being tried: what is left over is what the next start cleans up anyway, as after a kill.
 * Returns false where any step failed or the time ran out.
 */
export async function drainInSteps(
  steps: readonly ShutdownHook[],
  timeoutMs: number,
  logger: Logger,
): Promise<boolean> {
  const deadline = Date.now() + timeoutMs;
  let clean = true;
  for (const [index, step] of steps.entries()) {
    // Each step that is still to come keeps a share, so that one hanging step cannot take it all.
    const share = Math.max(1, (deadline - Date.now()) / Math.max(1, Math.min(2, steps.length - index)));
    if (!(await finishes(step, share, logger))) clean = false;
  }
  return clean;
}

async function finishes(step: ShutdownHook, boundMs: number, logger: Logger): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), boundMs);
  });
  try {
    const outcome = await Promise.race([Promise.resolve().then(() => step.run()), late]);
    if (outcome === 'late')
      logger.warn({ step: step.name, boundMs: Math.round(boundMs) }, 'a shutdown step did not finish in time');
    return outcome !== 'late';
  } catch (error) {
    logger.warn({ err: error, step: step.name }, 'a shutdown step failed');
    return false;
  } finally {
    clearTimeout(timer);
  }
}
