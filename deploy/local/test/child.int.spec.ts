import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Child } from '../src/child.js';
import type { Part } from '../src/part.js';

test('a part that answers later than its patience is waited for by who has more, and nobody is starved meanwhile', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'child-'));
  let answers = false;
  const part: Part = {
    name: 'slow',
    title: 'Slow',
    prepare: () => Promise.resolve(),
    command: () => ({ file: process.execPath, args: ['-e', 'setInterval(() => {}, 1000)'] }),
    probe: () => (answers ? Promise.resolve() : Promise.reject(new Error('not yet'))),
    stopSignal: 'SIGTERM',
    stopGraceMs: 1_000,
    readyTimeoutMs: 100,
  };
  const child = new Child(part, folder, join(folder, 'log'), () => undefined);
  try {
    await expect(child.start()).rejects.toThrow(/did not answer/);
    const waiting = child.waitReady(20_000);
    setTimeout(() => (answers = true), 500); // would never come while waiting starves the timers
    await waiting;
  } finally {
    await child.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}, 60_000);
