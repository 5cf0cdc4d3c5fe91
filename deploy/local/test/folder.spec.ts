import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forgetFolder, leaveFolder, takeFolder } from '../src/folder.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ratestream-folder-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a data folder', () => {
  test.each([[true], [false]])(
    'with databases of somebody else is refused and left alone (fresh: %s)',
    async (fresh) => {
      mkdirSync(join(folder, 'postgres'));
      writeFileSync(join(folder, 'postgres', 'precious'), 'x');
      await expect(takeFolder(folder, fresh)).rejects.toThrow(
        /was not written by a stack of ours: choose an empty folder/,
      );
      expect(existsSync(join(folder, 'postgres', 'precious'))).toBe(true);
    },
  );

  test('of ours is emptied when asked, and what else lies in it stays', async () => {
    await takeFolder(folder, false);
    leaveFolder(folder);
    mkdirSync(join(folder, 'kafka'));
    writeFileSync(join(folder, 'notes.txt'), 'x');
    await takeFolder(folder, true);
    leaveFolder(folder);
    expect([existsSync(join(folder, 'kafka')), existsSync(join(folder, 'notes.txt'))]).toEqual([false, true]);
  });

  test('that cannot be made is one sentence', async () => {
    writeFileSync(join(folder, 'file'), '');
    await expect(takeFolder(join(folder, 'file', 'x'), false)).rejects.toThrow(
      /cannot be made \(ENOTDIR\): choose another/,
    );
  });

  test('cannot name a place outside for deletion', () => {
    const outside = join(folder, 'outside');
    mkdirSync(outside);
    mkdirSync(join(folder, 'postgres'));
    writeFileSync(join(folder, 'postgres', 'data-is-elsewhere'), `${outside}\n`);
    forgetFolder(folder);
    expect(existsSync(outside)).toBe(true);
  });

  test('with a foreign pid file is taken', async () => {
    await takeFolder(folder, false);
    leaveFolder(folder);
    mkdirSync(join(folder, 'run'), { recursive: true });
    writeFileSync(join(folder, 'run', 'null.pid'), 'null');
    writeFileSync(join(folder, 'run', 'number.pid'), '1234\n');
    expect(await takeFolder(folder, false)).toEqual([]);
    leaveFolder(folder);
  });
});
