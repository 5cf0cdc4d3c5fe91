import { hash } from 'node:crypto';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from './checkpoint-pieces.js';

/** A piece's SHA-256 stands before it. */
const DIGEST_BYTES = 32;

export interface CachedManifest {
  /** Where the manifest stands in the partition of rating.checkpoints: the proof that the cache belongs to this log. */
  readonly offset: number;
  readonly manifest: Manifest;
}

/** Pieces of one task's checkpoint on local disk. Only a cache: it may vanish, and is believed only where Kafka agrees. */
export class LocalCache {
  constructor(private readonly folder: string) {}

  async manifest(): Promise<CachedManifest | null> {
    const text = await readOrNull(join(this.folder, 'manifest.json'));
    if (text === null) return null;
    try {
      return JSON.parse(text.toString('utf8')) as CachedManifest;
    } catch {
      return null; // half a file is no cache
    }
  }

  /** Null also where the file is not what was written: the power may fail before a disk has it. */
  async piece(name: string): Promise<Buffer | null> {
    const file = await readOrNull(this.path(name));
    if (file === null || file.length < DIGEST_BYTES) return null;
    const bytes = file.subarray(DIGEST_BYTES);
    return hash('sha256', bytes, 'buffer').equals(file.subarray(0, DIGEST_BYTES)) ? bytes : null;
  }

  async writePiece(name: string, bytes: Buffer): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await writeFile(this.path(name), [hash('sha256', bytes, 'buffer'), bytes]);
  }

  /** Names the pieces that count, then drops the others. */
  async writeManifest(cached: CachedManifest): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const path = join(this.folder, 'manifest.json');
    await writeFile(`${path}.new`, JSON.stringify(cached));
    await rename(`${path}.new`, path);
    const kept = new Set(cached.manifest.pieces.map(({ name }) => this.fileName(name)));
    for (const file of await readdir(this.folder)) {
      if (file.endsWith('.piece') && !kept.has(file)) await rm(join(this.folder, file), { force: true });
    }
  }

  private fileName(name: string): string {
    return `${name.replaceAll('/', '_')}.piece`;
  }

  private path(name: string): string {
    return join(this.folder, this.fileName(name));
  }
}

async function readOrNull(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
