import { fileURLToPath } from 'node:url';
import { dirname } from 'node:path';
import { readFileSync } from 'node:fs';

const root = dirname(fileURLToPath(import.meta.url));

/** What every project shares: TypeScript through swc as ESM, and our packages read from their sources. */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: { '^.+\\.tsx?$': ['@swc/jest', JSON.parse(readFileSync(`${root}/.swcrc`, 'utf8'))] },
  moduleNameMapper: {
    '^(\\.{1,2}/.*)\\.js$': '$1',
    '^@ratestream/service-(.*)$': `${root}/services/$1/src/index.ts`,
    '^@ratestream/tool-(.*)$': `${root}/tools/$1/src/index.ts`,
    '^@ratestream/stack-(.*)$': `${root}/deploy/$1/src/index.ts`,
    '^@ratestream/testing/(.*)$': `${root}/libs/testing/src/$1.ts`,
    '^@ratestream/([^/]*)$': `${root}/libs/$1/src/index.ts`,
  },
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/'],
};
