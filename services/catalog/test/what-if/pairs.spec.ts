import { ClickHouseTraffic } from '../../src/what-if/clickhouse-traffic.js';

const query = { from: 0, to: 1, party: 'operator', cardId: null, digits: 0 };

/** ClickHouse with pairs of these units in each partition. */
function traffic(partitions: readonly (readonly number[])[], maxPairs: number): ClickHouseTraffic {
  const answer = (sql: string, parameters: Readonly<Record<string, unknown>> = {}): object[] =>
    sql.startsWith('SELECT DISTINCT partition')
      ? partitions.map((_, partition) => ({ partition }))
      : (partitions[Number(parameters['partition'])] ?? [])
          .slice(0, Number(parameters['limit']))
          .map((billed) => ({ billed: String(billed), networks: [] }));
  const clickHouse = { query: (sql: string, parameters?: object) => Promise.resolve(answer(sql, { ...parameters })) };
  return new ClickHouseTraffic(clickHouse as unknown as ConstructorParameters<typeof ClickHouseTraffic>[0], maxPairs);
}
const unitsOf = async (partitions: readonly (readonly number[])[], maxPairs: number): Promise<unknown> => {
  const { groups, cut } = await traffic(partitions, maxPairs).pairs(query);
  return { units: groups.map(({ units }) => units), cut };
};

test('as many pairs are held as may be, however they lie in the partitions', async () => {
  expect(await unitsOf([[], [9, 5, 1], []], 3)).toEqual({ units: [9, 5, 1], cut: false });
});

test('of more than that the rarest of all partitions are left out', async () => {
  expect(await unitsOf([[9, 2, 1], [], [7, 5]], 3)).toEqual({ units: [9, 7, 5], cut: true });
});
