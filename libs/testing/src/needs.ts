import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const repositoryRoot = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..');

/**
 * A test that needs something which not every machine has. Without it the test is skipped, and the reason is in its
 * name, where `npm test` finds it and prints it; a skip without a reason counts as a failure there.
 *
 * `needs(sampleData('texts', 'corpus.tsv'), NO_SAMPLES)('a corpus of real texts', () => …)`
 */
export function needs(
  what: unknown,
  reason: string,
): (name: string, fn: jest.ProvidesCallback, timeoutMs?: number) => void {
  if (what !== undefined && what !== null && what !== false) return test;
  return (name, fn, timeoutMs) => test.skip(`${name} [skipped: ${reason}]`, fn, timeoutMs);
}

/** The same for a whole group. */
export function groupNeeds(what: unknown, reason: string): (name: string, fn: () => void) => void {
  if (what !== undefined && what !== null && what !== false) return describe;
  return (name, fn) => describe.skip(name, () => describe(`[skipped: ${reason}]`, fn));
}

/** Why a test of the real sample data is skipped. */
export const NO_SAMPLES = 'the sample data is not here; RATESTREAM_DATA names its folder';

/**
 * Path of a file of the real sample data, which is too large and not ours to keep in the repository: below
 * RATESTREAM_DATA, else below `../shared/data`. Undefined where it is not there.
 */
export function sampleData(...path: string[]): string | undefined {
  const folder = process.env['RATESTREAM_DATA'] ?? resolve(repositoryRoot, '..', 'shared', 'data');
  const file = join(folder, ...path);
  return existsSync(file) ? file : undefined;
}
