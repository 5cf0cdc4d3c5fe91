import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { generate, outdated } from './generate.js';

// Runs from src or dist: both lie one level below the package.
const root = join(dirname(dirname(fileURLToPath(import.meta.url))), '../..');
const schemas = join(root, 'schemas');

if (process.argv.includes('--check')) {
  const files = outdated(schemas, root);
  if (files.length > 0) {
    console.error(`Not what schemas/ says: ${files.join(', ')}. Run npm run generate.`);
    process.exitCode = 1;
  }
} else {
  for (const [file, content] of generate(schemas)) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), content);
  }
}
