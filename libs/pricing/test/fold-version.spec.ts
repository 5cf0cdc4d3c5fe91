import { foldVersion } from '../src/state/fold-version.js';
import { FOLD_VERSION } from '../src/index.js';

test('another schema of a part, or another fold, is another version', () => {
  expect(foldVersion(1, '{"a":1}')).toBe(foldVersion(1, '{"a":1}'));
  expect(foldVersion(1, '{"a":1}')).not.toBe(foldVersion(1, '{"a":2}'));
  expect(foldVersion(1, '{"a":1}')).not.toBe(foldVersion(2, '{"a":1}'));
});

test('the version fits the field that it travels in', () => {
  expect(FOLD_VERSION).toBeGreaterThan(0);
  expect(FOLD_VERSION).toBeLessThan(2 ** 31);
});
