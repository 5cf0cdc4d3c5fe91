import { planFaults } from '../src/faults.js';
import { FULL, QUICK } from '../src/options.js';

const kinds = (plan: ReturnType<typeof planFaults>): string[] =>
  plan.map(({ part, what }) => `${part} ${what.split(' ')[0] ?? ''}`);

test.each([
  ['the long run', FULL, 20],
  ['the quick run', QUICK, 4],
])('%s kills every service, freezes a task and strikes the broker twice', (_name, options, kills) => {
  const plan = kinds(planFaults(options));
  expect(plan.filter((kind) => kind.endsWith(' kill')).length).toBeGreaterThanOrEqual(kills);
  for (const service of ['ingest', 'rating', 'balance', 'analytics']) expect(plan).toContain(`${service} kill`);
  expect(plan.filter((kind) => kind === 'rating frozen')).toHaveLength(1);
  expect(plan.filter((kind) => kind === 'kafka SIGTERM')).toHaveLength(1);
  expect(plan.filter((kind) => kind === 'kafka SIGKILL')).toHaveLength(1);
});

test('the same seed plans the same faults, another seed another order', () => {
  expect(kinds(planFaults(FULL))).toEqual(kinds(planFaults(FULL)));
  expect(kinds(planFaults({ ...FULL, seed: 2 }))).not.toEqual(kinds(planFaults(FULL)));
});
