import { ProblemError, unavailable } from '@ratestream/http';
import { lagOf, type ReaderLag } from './lag-metrics.js';

export interface LagAnswer {
  readers: ReaderLag[];
  /** Services whose metrics could not be read: their lag is unknown, not nothing. */
  unknown: string[];
}

const TIMEOUT_MS = 2_000;
/** Many open pages ask the services once. */
const CACHE_MS = 1_000;

/**
 * How far each service is behind, from the metrics on their admin ports.
 *
 * It is the operator's: a tenant learns nothing of the traffic of others. The entry port knows no keys, so it asks a service
 * that does, with the caller's own key: analytics tells its lag to the operator alone.
 */
export class LagView {
  private cached: { atMs: number; answer: Promise<LagAnswer> } | undefined;

  constructor(
    private readonly analyticsUrl: string,
    private readonly adminUrls: ReadonlyMap<string, string>,
  ) {}

  /** Errors: 401 and what else analytics answers to the key; 403 for a tenant; 503 where analytics is away. */
  async read(authorization: string | undefined): Promise<LagAnswer> {
    await this.mustBeOperator(authorization);
    const now = Date.now();
    if (this.cached === undefined || now - this.cached.atMs >= CACHE_MS)
      this.cached = { atMs: now, answer: this.fresh() };
    return this.cached.answer;
  }

  private async mustBeOperator(authorization: string | undefined): Promise<void> {
    const answer = await fetch(`${this.analyticsUrl}/api/analytics/v1/live?last=1`, {
      headers: authorization === undefined ? {} : { authorization },
      signal: AbortSignal.timeout(TIMEOUT_MS * 2),
    }).catch(() => {
      throw unavailable('The service "analytics" cannot be reached at the moment.');
    });
    const body = (await answer.json().catch(() => ({}))) as { detail?: string; today?: { rejected: unknown } };
    if (answer.status === 401) {
      throw new ProblemError(401, 'unauthorized', body.detail ?? 'A valid API key is needed.', [], {
        'www-authenticate': 'Bearer',
      });
    }
    if (!answer.ok) throw unavailable('The key cannot be checked at the moment.');
    if (body.today === undefined || body.today.rejected === null)
      throw new ProblemError(403, 'forbidden', 'Lag is shown to keys of the operator.');
  }

  private async fresh(): Promise<LagAnswer> {
    const answers = await Promise.all([...this.adminUrls].map(([service, url]) => this.metricsOf(service, url)));
    return {
      readers: answers.flatMap((answer) => answer.readers),
      unknown: answers.flatMap((answer) => answer.unknown),
    };
  }

  private async metricsOf(service: string, url: string): Promise<LagAnswer> {
    try {
      const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
      if (!answer.ok) throw new Error(`metrics answered ${answer.status}`);
      return { readers: lagOf(service, await answer.text()), unknown: [] };
    } catch {
      return { readers: [], unknown: [service] };
    }
  }
}
