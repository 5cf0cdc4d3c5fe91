import { createHash } from 'node:crypto';
import { mkdir, open, readFile, readdir, rename, rm, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from './checkpoint-pieces.js';

/** A piece's SHA-256 stands before its chunks, of each chunk its length before it. */
const DIGEST_BYTES = 32;
const LENGTH_BYTES = 4;

export interface CachedManifest {
  /** Where the manifest stands in the partition of rating.checkpoints: the proof that the cache belongs to this log. */
  readonly offset: number;
  readonly manifest: Manifest;
}

/** Pieces of one task's checkpoint on local disk. Only a cache: it may vanish, and is believed only where Kafka agrees. */
export class LocalCache {
  constructor(private readonly folder: string) {}

  async manifest(): Promise<CachedManifest | null> {
    const text = await unlessAbsent(readFile(join(this.folder, 'manifest.json')));
    if (text === null) return null;
    try {
      return JSON.parse(text.toString('utf8')) as CachedManifest;
    } catch {
      return null; // half a file is no cache
    }
  }

  /** The chunks as they were written; null also where the file is not that: the power may fail before a disk has it. */
  async piece(name: string): Promise<Buffer[] | null> {
    const file = await unlessAbsent(open(this.path(name)));
    if (file === null) return null;
    try {
      const digest = await next(file, DIGEST_BYTES);
      const hash = createHash('sha256');
      const chunks: Buffer[] = [];
      for (;;) {
        const length = await next(file, LENGTH_BYTES);
        if (length === null) break;
        const chunk = await next(file, length.readUInt32LE());
        if (chunk === null) return null;
        hash.update(length).update(chunk);
        chunks.push(chunk);
      }
      return digest !== null && hash.digest().equals(digest) ? chunks : null;
    } finally {
      await file.close();
    }
  }

  /** In  chunks: each as the buffers that it is put together from */
  async writePiece(name: string, chunks: readonly (readonly Buffer[])[]): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    const file = await open(this.path(name), 'w');
    try {
      const hash = createHash('sha256');
      let at = DIGEST_BYTES;
      for (const parts of chunks) {
        const length = Buffer.alloc(LENGTH_BYTES);
        length.writeUInt32LE(parts.reduce((sum, part) => sum + part.length, 0));
        const chunk = Buffer.concat([length, ...parts]);
        hash.update(chunk);
        await file.write(chunk, 0, chunk.length, at);
        at += chunk.length;
      }
      await file.write(hash.digest(), 0, DIGEST_BYTES, 0);
    } finally {
      await file.close();
    }
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

/** The next bytes of a file; null where fewer are left. */
async function next(file: FileHandle, length: number): Promise<Buffer | null> {
  const bytes = Buffer.allocUnsafe(length);
  for (let read = 0; read < length;) {
    const { bytesRead } = await file.read(bytes, read, length - read);
    if (bytesRead === 0) return null;
    read += bytesRead;
  }
  return bytes;
}

async function unlessAbsent<T>(found: Promise<T>): Promise<T | null> {
  try {
    return await found;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
