import { jest } from '@jest/globals';
import { join } from 'node:path';
import { repositoryRoot } from '@ratestream/stack-local';
import { Tally } from '../tally.mjs';
import { count } from '../test-jest.mjs';

const file = join(repositoryRoot, 'libs/sms/test/a.spec.ts');
const report = (...tests: [status: string, fullName: string][]): Parameters<typeof count>[1] => ({
  testResults: [
    {
      name: file,
      status: tests.some(([status]) => status === 'failed') ? 'failed' : 'passed',
      message: '',
      assertionResults: tests.map(([status, fullName]) => ({ status, fullName })),
    },
  ],
});

function printed(tally: Tally): string[] {
  const log = jest.spyOn(console, 'log').mockImplementation(() => undefined);
  tally.print();
  const text = String(log.mock.calls[0]?.[0]);
  log.mockRestore();
  return text.split('\n');
}

test('the last line is the sum over every part', () => {
  const tally = new Tally();
  count(tally, report(['passed', 'a'], ['passed', 'b']), 0, 'unit');
  count(tally, report(['passed', 'c'], ['pending', 'd [skipped: no sample data]']), 0, 'int');
  tally.pass();
  expect(printed(tally).at(-1)).toBe('Total: 4 passed, 0 failed, 1 skipped');
  expect(tally.exitCode).toBe(0);
});

test('a skip is printed with its reason', () => {
  const tally = new Tally();
  count(tally, report(['passed', 'a'], ['pending', 'a corpus [skipped: no sample data]']), 0, 'unit');
  expect(printed(tally)).toContain('Skipped: libs/sms/test/a.spec.ts: a corpus: no sample data');
});

test('a skip without a reason is a failure', () => {
  const tally = new Tally();
  count(tally, report(['passed', 'a'], ['pending', 'b']), 0, 'unit');
  expect(printed(tally).at(-1)).toBe('Total: 1 passed, 1 failed, 0 skipped');
  expect(tally.exitCode).toBe(1);
});

test('a file that did not run at all is a failure, named by its first words', () => {
  const tally = new Tally();
  const broken = { name: file, status: 'failed', message: '\n  SyntaxError: here\n  there', assertionResults: [] };
  count(tally, { testResults: [broken] }, 1, 'unit');
  expect(printed(tally)).toContain('Failed: libs/sms/test/a.spec.ts:   SyntaxError: here');
});

test('a jest that fails without a failed test is a failure', () => {
  const tally = new Tally();
  count(tally, report(['passed', 'a']), 1, 'unit');
  expect(tally.exitCode).toBe(1);
});

test('nothing passed is no success', () => {
  expect(new Tally().exitCode).toBe(1);
});
