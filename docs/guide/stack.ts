import { randomUUID } from 'node:crypto';
import { eventually, wholeStack, type HttpClient, type WholeStack } from '@ratestream/testing';

let running: WholeStack | undefined;

/** Extra environment of rating, which may change between two starts. */
export const ratingEnvironment: Record<string, string> = { CHECKPOINT_INTERVAL_MS: '2000' };

/** Variables of the reader's shell, by the README of the guide. */
export const NAMES = new Map<string, string>();

/** The one installation that all chapters share: no demo, nothing in the catalog. */
export async function startInstallation(): Promise<void> {
  running = await wholeStack({ serviceEnv: { rating: ratingEnvironment } });
}

export async function stopInstallation(): Promise<void> {
  await running?.stop();
}

export function installation(): WholeStack {
  if (running === undefined) throw new Error('the installation was not started');
  return running;
}

/** The entry port with the admin key that `npm start` prints. */
export function http(): HttpClient {
  return installation().http;
}

/**
 * Waits until ingest's view of the catalog has all that was commanded so far. Views follow within a moment, and a person
 * types slower than that; a test does not. A source is the one thing that ingest is asked about and answers at once.
 */
export async function catalogIsKnown(): Promise<void> {
  const id = `probe-${randomUUID()}`;
  const made = await http().post('/api/catalog/v1/sources', { id, format: 'canonical-json', identity: 'offset' });
  expect(made.status).toBe(201);
  await eventually(
    async () => {
      const { body } = await http().post<{ code?: string }>(`/api/ingest/v1/cdrs?source=${id}`, 'no record', {
        contentType: 'application/x-ndjson',
      });
      expect(body.code).toBe('lines_at_fault');
    },
    { timeoutMs: 60_000 },
  );
}
