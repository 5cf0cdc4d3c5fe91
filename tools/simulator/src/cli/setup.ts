import { randomUUID } from 'node:crypto';
import type { GeneratedCatalog, SheetVersion } from '../catalog/generated-catalog.js';
import { sheetCsv } from '../catalog/rate-sheets.js';
import { RefusedError } from './http-client.js';
import type { HttpClient } from './http-client.js';
import { asAnotherPerson } from './second-person.js';

const CATALOG = '/api/catalog/v1';

export interface SetupResult {
  created: number;
  /** What was there already, from an earlier run. */
  existing: number;
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
  const result: SetupResult = { created: 0, existing: 0 };
  const steps = [...catalogSteps(http, catalog)];
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

function* catalogSteps(http: HttpClient, catalog: GeneratedCatalog): Generator<Step> {
  const { seed, cards, plans } = catalog;
  function* pricesOf(owner: string | null): Generator<Step> {
    for (const { card, versions } of cards) {
      if ((card.owner ?? null) !== owner) continue;
      yield create(http, seed, 'rate-cards', card);
      if (card.derivation !== null)
        yield { what: `rates of ${card.id}`, run: () => computeDerived(http, seed, card.id) };
      for (const [index, version] of versions.entries()) {
        yield {
          what: `version ${index + 1} of ${card.id}`,
          run: () => publishVersion(http, seed, card.id, index + 1, version),
        };
      }
    }
    for (const plan of plans) if ((plan.owner ?? null) === owner) yield create(http, seed, 'plans', plan);
  }
  // First, so that no amount has to wait for its conversion.
  yield { what: 'simulated exchange rates', run: () => loadExchangeRates(http, catalog) };
  yield* pricesOf(null);
  for (const group of catalog.rateGroups) yield create(http, seed, 'rate-groups', group);
  for (const supplier of catalog.suppliers) yield create(http, seed, 'suppliers', supplier);
  for (const connection of catalog.connections) yield create(http, seed, 'connections', connection);
  for (const account of catalog.accounts) {
    yield create(http, seed, 'accounts', account);
    // A reseller's cards and plans are its own, and its customers need them.
    yield* pricesOf(account.id);
  }
  // A first mapping without an instant counts from the beginning; only later ones need notice.
  for (const { effectiveFrom: _, ...source } of catalog.sources) yield create(http, seed, 'sources', source);
  yield { what: 'numbering plan', run: () => publishNumberingPlan(http, catalog) };
}

function create(http: HttpClient, seed: number, path: string, body: { id: string }): Step {
  return {
    what: `${path} ${body.id}`,
    run: async () => {
      // Asked first, so that a second run with other prices in it does not fight the first one's.
      if (await exists(http, `${CATALOG}/${path}/${encodeURIComponent(body.id)}`)) throw new AlreadyThere();
      await http.post(`${CATALOG}/${path}`, body, `simulator-${seed}-${path}-${body.id}`);
    },
  };
}

/** Makes the API keys of the demo; the catalog shows each secret this once, so only a person's command asks for it. */
export async function issueKeys(http: HttpClient, { apiKeys, seed }: GeneratedCatalog): Promise<Map<string, string>> {
  const secrets = new Map<string, string>();
  for (const key of apiKeys) {
    const made = await attempt(async () => {
      const issued = await http.post<{ secret: string }>(`${CATALOG}/api-keys`, key, `simulator-${seed}-${key.id}`);
      secrets.set(key.name, issued.secret);
    });
    if (!made) secrets.set(key.name, '(made before)');
  }
  return secrets;
}

async function publishVersion(
  http: HttpClient,
  seed: number,
  cardId: string,
  number: number,
  { effectiveFrom, rows }: SheetVersion,
): Promise<void> {
  const known = await http.get<{ items?: { version: number }[] } | { version: number }[]>(
    `${CATALOG}/rate-cards/${encodeURIComponent(cardId)}/versions`,
  );
  const versions = Array.isArray(known) ? known : (known.items ?? []);
  if (versions.some(({ version }) => version >= number)) throw new AlreadyThere();
  const instant = new Date(effectiveFrom / 1000).toISOString();
  await http.postText(
    `${CATALOG}/rate-cards/${encodeURIComponent(cardId)}/versions?effectiveFrom=${encodeURIComponent(instant)}&backdated=true`,
    'text/csv',
    sheetCsv(rows),
    `simulator-${seed}-${cardId}-v${number}`,
  );
}

/** The first rates of a card that follows another: they wait until a person approves them. */
async function computeDerived(http: HttpClient, seed: number, cardId: string): Promise<void> {
  const path = `${CATALOG}/rate-cards/${encodeURIComponent(cardId)}`;
  const { items } = await http.get<{ items: unknown[] }>(`${path}/imports`);
  if (items.length > 0) throw new AlreadyThere();
  await http.post(`${path}/derivation/recompute`, {}, `simulator-${seed}-${cardId}-derived`);
}

/** Days that are there already say nothing new, and nothing happens. What is new another person approves. */
async function loadExchangeRates(http: HttpClient, { exchangeRates }: GeneratedCatalog): Promise<void> {
  const path = `${CATALOG}/fx-rates`;
  const { id } = await http.postText<{ id: string | null }>(`${path}/ecb`, 'text/csv', exchangeRates, randomUUID());
  if (id === null) throw new AlreadyThere();
  await asAnotherPerson(http, `key-approver-${id}`, (other) => other.post(`${path}/manual/${id}/approve`, {}, id));
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
  for (const { accountId, amount } of catalog.topUps) {
    const path = `/api/balance/v1/accounts/${encodeURIComponent(accountId)}/top-ups`;
    await patiently(() =>
      http.post(
        path,
        { amount, reason: 'first top-up', reference: `simulator-${catalog.seed}` },
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
