import { join } from 'node:path';
import { Linter } from 'eslint';
import { repositoryRoot } from '@ratestream/stack-local';
import { layers } from '../layers.mjs';

/** What the rule says about one line of code in a file, which need not exist. */
function lint(file: string, code: string): string[] {
  const linter = new Linter({ cwd: repositoryRoot });
  const config = [
    { files: ['**/*.ts'], plugins: { ratestream: { rules: { layers } } }, rules: { 'ratestream/layers': 'error' } },
  ] as Linter.Config[];
  return linter.verify(code, config, { filename: join(repositoryRoot, file) }).map(({ message }) => message);
}

describe('the layers rule reports', () => {
  test.each([
    [
      'a service that imports a service',
      'services/rating/src/a.ts',
      `import { x } from '@ratestream/service-balance';`,
    ],
    [
      'a service that reaches into a service',
      'services/rating/src/a.ts',
      `import { x } from '../../balance/src/b.js';`,
    ],
    ['a pure lib that imports an adapter', 'libs/pricing/src/a.ts', `import { x } from '@ratestream/kafka';`],
    [
      'a pure lib that reaches into an adapter',
      'libs/pricing/src/sub/a.ts',
      `import { x } from '../../../kafka/src/b.js';`,
    ],
    ['money that imports anything of ours', 'libs/money/src/a.ts', `import { x } from '@ratestream/events';`],
    ['an adapter that imports a service', 'libs/http/src/a.ts', `import { x } from '@ratestream/service-rating';`],
    ['an export that hides an import', 'libs/ledger/src/a.ts', `export * from '@ratestream/postgres';`],
    ['an import at run time', 'libs/ledger/src/a.ts', `await import('@ratestream/postgres');`],
    ['a service that imports test helpers', 'services/rating/src/a.ts', `import { x } from '@ratestream/testing';`],
    ['a service that talks to Kafka itself', 'services/rating/src/a.ts', `import { Kafka } from 'kafkajs';`],
    ['a service that talks to PostgreSQL itself', 'services/catalog/src/a.ts', `import { Pool } from 'pg';`],
    [
      'an adapter that talks to another store',
      'libs/kafka/src/a.ts',
      `import { createClient } from '@clickhouse/client';`,
    ],
    ['a tool that starts ClickHouse itself', 'tools/bench/src/a.ts', `import { Session } from 'chdb';`],
  ])('%s', (_, file, code) => {
    expect(lint(file, code)).toHaveLength(1);
  });
});

describe('the layers rule lets pass', () => {
  test.each([
    ['a service that imports an adapter', 'services/rating/src/a.ts', `import { x } from '@ratestream/kafka';`],
    ['a service that imports a pure lib', 'services/rating/src/a.ts', `import { x } from '@ratestream/pricing';`],
    ['an adapter with its client', 'libs/postgres/src/a.ts', `import { Pool } from 'pg';`],
    [
      'pure on pure and money',
      'libs/pricing/src/a.ts',
      `import { x } from '@ratestream/money';\nimport '@ratestream/catalog';`,
    ],
    ['a file of its own package', 'libs/pricing/src/sub/a.ts', `import { x } from '../b.js';`],
    [
      'a test that imports test helpers',
      'services/rating/test/a.int.spec.ts',
      `import { x } from '@ratestream/testing';`,
    ],
    [
      'Node and libraries that talk to no store',
      'libs/sms/src/a.ts',
      `import 'node:path';\nimport 'libphonenumber-js';`,
    ],
  ])('%s', (_, file, code) => {
    expect(lint(file, code)).toEqual([]);
  });
});

test('its words name both ends and the way imports go', () => {
  expect(lint('libs/pricing/src/a.ts', `import '@ratestream/kafka';`)).toEqual([
    'libs/pricing (pure) must not import libs/kafka (adapter): imports point services → adapters → pure libs → money.',
  ]);
});
