import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { repositoryRoot } from '@ratestream/stack-local';

/**
 * Path of a file of the real sample data, which is too large and not ours to keep in the repository: below
 * RATESTREAM_DATA, else below `../shared/data`. Undefined where it is not there; say so when you skip.
 */
export function sampleData(...path: string[]): string | undefined {
  const folder = process.env['RATESTREAM_DATA'] ?? resolve(repositoryRoot, '..', 'shared', 'data');
  const file = join(folder, ...path);
  return existsSync(file) ? file : undefined;
}
