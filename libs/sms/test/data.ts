import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';

/** Folder of the real data sets, which are not part of the repository; null where they are not there. */
export function dataFolder(): string | null {
  const folder = process.env['RATESTREAM_DATA'] ?? fileURLToPath(new URL('../../../../shared/data', import.meta.url));
  return existsSync(folder) ? folder : null;
}

/** A file of the data sets, or null with the reason printed. */
export function dataFile(...path: string[]): string | null {
  const folder = dataFolder();
  const file = folder === null ? null : join(folder, ...path);
  if (file !== null && existsSync(file)) return file;
  process.stdout.write(`skipped: ${path.join('/')} is not here; RATESTREAM_DATA names the folder of the data sets\n`);
  return null;
}
