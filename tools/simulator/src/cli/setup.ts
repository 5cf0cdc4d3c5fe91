import type { GeneratedCatalog } from '../catalog/generated-catalog.js';
import { sheetCsv } from '../catalog/rate-sheets.js';
import { RefusedError } from './http-client.js';
import type { HttpClient } from './http-client.js';

const CATALOG = '/api/catalog/v1';

export interface SetupResult {
  created: number;
  /** What was there already, from an earlier run. */
  existing: number;
  /** Secrets of API keys made in this run; the catalog shows each once. */
  secrets: Record<string, string>;
}

/**
 * Creates the whole catalog through HTTP, in the order in which one thing needs another. Running it again changes nothing:
 * what exists is left as it is.
 *
 * Errors  RefusedError when the catalog refuses something that does not exist yet: our bug or another contract
 */
export async function setUpCatalog(
  http: HttpClient,
  catalog: GeneratedCatalog,
  onProgress: (done: number, total: number, what: string) => void = () => undefined,
): Promise<SetupResult> {
  const result: SetupResult = { created: 0, existing: 0, secrets: {} };
  const steps = [...catalogSteps(http, catalog, result)];
  for (const [index, step] of steps.entries()) {
    onProgress(index, steps.length, step.what);
    if (await attempt(step.run)) result.created++;
    else result.existing++;
  }
  onProgress(steps.length, steps.length, 'done');
  return result;
}

interface Step {
  what: string;
  run: () => Promise<unknown>;
}

function* catalogSteps(http: HttpClient, catalog: GeneratedCatalog, result: SetupResult): Generator<Step> {
  const create = (path: string, id: string, body: object): Step => ({
    what: `${path} ${id}`,
    run: async () => {
      // Asked first, so that a second run with other prices in it does not fight the first one's.
      if (await exists(http, `${CATALOG}/${path}/${encodeURIComponent(id)}`)) throw new AlreadyThere();
      await http.post(`${CATALOG}/${path}`, body, `simulator-${catalog.seed}-${path}-${id}`);
    },
  });
  for (const { card, versions } of catalog.cards) {
    yield create('rate-cards', card.id, card);
    for (const [index, version] of versions.entries()) {
      yield {
        what: `version ${index + 1} of ${card.id}`,
        run: () =>
          publishVersion(http, catalog.seed, card.id, index + 1, version.effectiveFrom, sheetCsv(version.rows)),
      };
    }
  }
  for (const plan of catalog.plans) yield create('plans', plan.id, plan);
  for (const supplier of catalog.suppliers) yield create('suppliers', supplier.id, supplier);
  for (const connection of catalog.connections) yield create('connections', connection.id, connection);
  for (const account of catalog.accounts) yield create('accounts', account.id, account);
  for (const source of catalog.sources) yield create('sources', source.id, source);
  yield { what: 'numbering plan', run: () => publishNumberingPlan(http, catalog) };
  for (const key of catalog.apiKeys) {
    yield {
      what: `key ${key.id}`,
      run: async () => {
        const issued = await http.post<{ secret?: string; key?: string }>(
          `${CATALOG}/api-keys`,
          key,
          `simulator-${catalog.seed}-key-${key.id}`,
        );
        const secret = issued.secret ?? issued.key;
        if (secret !== undefined) result.secrets[key.name] = secret;
      },
    };
  }
}

async function publishVersion(
  http: HttpClient,
  seed: number,
  cardId: string,
  number: number,
  effectiveFrom: number,
  csv: string,
): Promise<void> {
  const known = await http.get<{ items?: { version: number }[] } | { version: number }[]>(
    `${CATALOG}/rate-cards/${encodeURIComponent(cardId)}/versions`,
  );
  const versions = Array.isArray(known) ? known : (known.items ?? []);
  if (versions.some(({ version }) => version >= number)) throw new AlreadyThere();
  const instant = new Date(effectiveFrom / 1000).toISOString();
  await http.postText(
    `${CATALOG}/rate-cards/${encodeURIComponent(cardId)}/versions?effectiveFrom=${encodeURIComponent(instant)}`,
    'text/csv',
    csv,
    `simulator-${seed}-${cardId}-v${number}`,
  );
}

async function publishNumberingPlan(http: HttpClient, { seed, numberingPlan }: GeneratedCatalog): Promise<void> {
  if (await exists(http, `${CATALOG}/numbering-plans/${numberingPlan.id}`)) throw new AlreadyThere();
  const lines = numberingPlan.rows.map((row) => [row.prefix, row.country, row.mcc, row.mnc, row.operator].join(','));
  const csv = `prefix,country,mcc,mnc,operator\n${lines.join('\n')}\n`;
  await http.postText(
    `${CATALOG}/numbering-plans?id=${numberingPlan.id}`,
    'text/csv',
    csv,
    `simulator-${seed}-numbering-${numberingPlan.id}`,
  );
}

/** Gives every prepaid account its first money; an account that has its top-up keeps it and gets no second one. */
export async function topUpAccounts(http: HttpClient, catalog: GeneratedCatalog): Promise<void> {
  for (const { accountId, amount, currency } of catalog.topUps) {
    const path = `/api/balance/v1/accounts/${encodeURIComponent(accountId)}/top-ups`;
    await patiently(() =>
      http.post(
        path,
        { amount, currency, reason: 'first top-up', reference: `simulator-${catalog.seed}` },
        `simulator-${catalog.seed}-top-up-${accountId}`,
      ),
    );
  }
}

class AlreadyThere extends Error {}

async function attempt(run: () => Promise<unknown>): Promise<boolean> {
  try {
    await run();
    return true;
  } catch (error) {
    if (error instanceof AlreadyThere || (error instanceof RefusedError && error.status === 409)) return false;
    throw error;
  }
}

async function exists(http: HttpClient, path: string): Promise<boolean> {
  try {
    await http.get(path);
    return true;
  } catch (error) {
    if (error instanceof RefusedError && error.status === 404) return false;
    throw error;
  }
}

/** Another service learns of a new account from its catalog view, a moment after the catalog has it. */
async function patiently(run: () => Promise<unknown>): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await run();
      return;
    } catch (error) {
      if (!(error instanceof RefusedError) || error.status !== 404 || tries >= 60) throw error;
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }
}
