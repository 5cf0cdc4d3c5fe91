import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import preset from './jest.preset.js';

const root = dirname(fileURLToPath(import.meta.url));

// A kind is in the file's name: `.spec.ts` needs nothing, `.int.spec.ts` real stores, `.e2e.spec.ts` the whole stack.
const KINDS = {
  unit: { match: ['**/*.spec.{ts,tsx}'], ignore: ['\\.(int|e2e)\\.spec\\.tsx?$'], timeoutMs: 20_000 },
  int: { match: ['**/*.int.spec.ts'], ignore: [], timeoutMs: 90_000 },
  e2e: { match: ['**/*.e2e.spec.ts', '**/docs/**/*.spec.ts'], ignore: [], timeoutMs: 180_000 },
};
const kind = KINDS[process.env['TEST_KIND'] ?? 'unit'];

const packages = ['libs', 'services', 'tools', 'deploy']
  .flatMap((group) => readdirSync(join(root, group)).map((name) => `${group}/${name}`))
  .filter((folder) => existsSync(join(root, folder, 'jest.config.mjs')));
// The guides' chapters need the whole stack, whatever their names.
const guides = kind === KINDS.e2e ? ['docs'] : [];
const folders = [...packages, ...guides];

/** Every project at once, for one kind of test: `TEST_KIND=unit|int|e2e`. Inside a package plain `jest` runs all of its own. */
export default {
  testTimeout: kind.timeoutMs,
  projects: folders.map((folder) => ({
    ...preset,
    displayName: folder,
    rootDir: join(root, folder),
    testMatch: kind.match,
    testPathIgnorePatterns: [...preset.testPathIgnorePatterns, ...kind.ignore],
  })),
};
