import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { StackError } from './errors.js';

// This file lies in src/ (under jest) or dist/ (built); both are direct children of the package.
const packageFolder = dirname(dirname(fileURLToPath(import.meta.url)));

/** Root of the repository. */
export const repositoryRoot = dirname(dirname(packageFolder));

/** The project's own Node: the one that runs npm scripts may be older. */
export function nodeBinary(): string {
  const pinned = join(repositoryRoot, 'node_modules', '.bin', 'node');
  return existsSync(pinned) ? pinned : process.execPath;
}

/** A built file, given by its path from the repository's root; child processes never run from sources. */
export function built(...path: string[]): string {
  const file = join(repositoryRoot, ...path);
  if (!existsSync(file)) throw new StackError(`${path.join('/')} is not built: run "npm run build" first.`);
  return file;
}

/** A built file of this package. */
export function builtHere(path: string): string {
  return built('deploy', 'local', 'dist', path);
}

/** Where PostgreSQL's data lies when its user cannot reach the stack's folder. */
export const ELSEWHERE = /^\/var\/tmp\/ratestream-[0-9a-f]{12}$/;
