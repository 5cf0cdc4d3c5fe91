export interface HealthResult {
  ok: boolean;
  detail?: string;
}

export type HealthCheck = () => HealthResult | Promise<HealthResult>;

export interface HealthReport {
  ok: boolean;
  checks: Record<string, HealthResult>;
}

export interface CheckOptions {
  /**
   * A failure means that only a restart helps (a task that makes no progress), so it also fails `/health/live`.
   * Default false: the service is merely not ready. A store that is away must never be a reason to restart us.
   */
  restartHelps?: boolean;
}

/** Long enough for a busy event loop, shorter than any prober's own limit. */
const CHECK_TIMEOUT_MS = 2_000;

/** What a service knows about its own ability to work; `/health/live` and `/health/ready` read it. */
export class Health {
  private readonly checks = new Map<string, { check: HealthCheck; restartHelps: boolean }>();
  private draining = false;

  /** A check that throws or takes longer than 2 s counts as failed. The same name again replaces the check. */
  register(name: string, check: HealthCheck, options: CheckOptions = {}): void {
    this.checks.set(name, { check, restartHelps: options.restartHelps ?? false });
  }

  unregister(name: string): void {
    this.checks.delete(name);
  }

  /** From here on `ready` fails, so that nobody sends new work while the rest is finished. */
  startDraining(): void {
    this.draining = true;
  }

  async ready(): Promise<HealthReport> {
    const report = await this.run([...this.checks]);
    if (!this.draining) return report;
    return { ok: false, checks: { ...report.checks, draining: { ok: false, detail: 'finishing, takes no new work' } } };
  }

  /** Only the checks that a restart can mend. */
  live(): Promise<HealthReport> {
    return this.run([...this.checks].filter(([, entry]) => entry.restartHelps));
  }

  private async run(entries: [string, { check: HealthCheck }][]): Promise<HealthReport> {
    const results = await Promise.all(entries.map(async ([name, { check }]) => [name, await bounded(check)] as const));
    return { ok: results.every(([, result]) => result.ok), checks: Object.fromEntries(results) };
  }
}

async function bounded(check: HealthCheck): Promise<HealthResult> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<HealthResult>((resolve) => {
    timer = setTimeout(
      () => resolve({ ok: false, detail: `no answer within ${CHECK_TIMEOUT_MS} ms` }),
      CHECK_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([Promise.resolve().then(check), late]);
  } catch (error) {
    return { ok: false, detail: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}
