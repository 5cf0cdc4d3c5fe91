import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFileSync } from '@swc/core';

const here = dirname(fileURLToPath(import.meta.url));
const library = resolve(here, '../..');

/** Compiles this library and the child as they are now, beside the build's own output. Out: the child's path. */
export function buildChild(name: string): string {
  const out = join(library, 'dist', name);
  rmSync(out, { recursive: true, force: true });
  for (const folder of ['src', 'test/chaos']) {
    for (const file of readdirSync(join(library, folder))) {
      if (!file.endsWith('.ts') || file.endsWith('.d.ts') || file.endsWith('.spec.ts')) continue;
      const { code } = transformFileSync(join(library, folder, file), { configFile: join(library, '../../.swcrc') });
      const target = join(out, folder, file.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      writeFileSync(target, code);
    }
  }
  return join(out, 'test/chaos/child.js');
}
