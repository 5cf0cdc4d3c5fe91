import type { Cell, ClickHouse } from '@ratestream/clickhouse';

const BATCH = 10_000;
const COPY = 'bench_legs';

/** Rows a second of plain batch inserts into a table of the same form, with rows that the sink wrote. */
export async function bareInsert(clickhouse: ClickHouse, most: number): Promise<number> {
  await clickhouse.command(`CREATE TABLE IF NOT EXISTS ${COPY} AS rated_legs`);
  const columns = (
    await clickhouse.query<{ name: string }>(
      "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'rated_legs' AND default_kind = '' ORDER BY position",
    )
  ).map(({ name }) => name);
  let rows = 0;
  let seconds = 0;
  for (let from = 0; from < most; from += BATCH) {
    const found = await clickhouse.query<Record<string, Cell>>(
      `SELECT ${columns.join(', ')} FROM rated_legs ORDER BY partition, offset, leg LIMIT ${BATCH} OFFSET ${from}`,
    );
    if (found.length === 0) break;
    const cells = found.map((row) => columns.map((column) => row[column] ?? null));
    const startedAt = performance.now();
    await clickhouse.insert(COPY, columns, cells, { timeoutMs: 60_000 });
    // The first insert pays for what all share.
    if (from > 0 || found.length < BATCH) {
      seconds += (performance.now() - startedAt) / 1_000;
      rows += found.length;
    }
  }
  await clickhouse.command(`DROP TABLE ${COPY}`);
  return rows / seconds;
}
