import preset from '../jest.preset.js';

/** The guides, run by hand: `npm run build` at the root, then `jest` here. `npm test` runs it with all other e2e tests. */
export default { ...preset, testTimeout: 240_000 };
