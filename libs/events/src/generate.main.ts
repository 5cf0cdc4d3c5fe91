import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate, outdated } from './generate.js';

// Runs from src or dist: both lie one level below the package.
const library = dirname(dirname(fileURLToPath(import.meta.url)));
const schemas = join(library, '../../schemas');
const folder = join(library, 'src/generated');

if (process.argv.includes('--check')) {
  const files = outdated(schemas, folder);
  if (files.length > 0) {
    console.error(`Not what schemas/ says: ${files.join(', ')} in libs/events/src/generated. Run npm run generate.`);
    process.exitCode = 1;
  }
} else {
  mkdirSync(folder, { recursive: true });
  for (const [file, content] of generate(schemas)) writeFileSync(join(folder, file), content);
}
