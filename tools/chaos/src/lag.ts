import type { Installation } from './installation.js';

export type Stage = 'ingest' | 'rating' | 'balance' | 'analytics';

/** Where every stage stands: what it has read, and how far what it reads goes. Control records count as records here. */
export interface Standing {
  at: number;
  lag: Record<Stage, number>;
  /** Changes whenever anything moves. */
  signature: string;
}

/** Trailing control records of a transaction are never read as records, so a lag this small may be none. */
export const CONTROL_RECORDS = 100;

/** Consumer groups and what each reads. */
const GROUPS = { ingest: 'cdr.raw', 'ingest-correlation': 'ingest.correlation', rating: 'usage' } as const;

export async function standing({ kafka, balance, analytics }: Installation): Promise<Standing> {
  const admin = kafka.admin();
  const lagOfGroup = async (group: keyof typeof GROUPS): Promise<[number, string]> => {
    const topic = GROUPS[group];
    const committed = (await admin.committed(group, [topic])).get(topic);
    let lag = 0;
    const ends: string[] = [];
    for (const [partition, { high }] of await admin.offsets(topic)) {
      const at = committed?.get(partition) ?? 0;
      lag += Math.max(0, high - at);
      ends.push(`${high}:${at}`);
    }
    return [lag, ends.join()];
  };
  const [ingest, ingestEnds] = await lagOfGroup('ingest');
  const [correlation, correlationEnds] = await lagOfGroup('ingest-correlation');
  const [rating, ratingEnds] = await lagOfGroup('rating');
  const rated = await admin.offsets('rated');
  const ledger = await balance.query<{ partition: number; next_offset: string }>(
    "select partition, next_offset from consumer_offset where topic = 'rated' order by 1",
  );
  const sink = await analytics.query<{ partition: number; to_offset: string }>(
    'select partition, to_offset from sink_intent where confirmed order by 1',
  );
  const behind = (positions: ReadonlyMap<number, number>): number => {
    let lag = 0;
    for (const [partition, { high }] of rated) lag += Math.max(0, high - (positions.get(partition) ?? 0));
    return lag;
  };
  const ledgerAt = new Map(ledger.rows.map((row) => [row.partition, Number(row.next_offset)]));
  const sinkAt = new Map(sink.rows.map((row) => [row.partition, Number(row.to_offset)]));
  return {
    at: Date.now(),
    lag: { ingest: ingest + correlation, rating, balance: behind(ledgerAt), analytics: behind(sinkAt) },
    signature: [
      ingestEnds,
      correlationEnds,
      ratingEnds,
      [...rated.values()].map(({ high }) => high).join(),
      [...ledgerAt.values()].join(),
      [...sinkAt.values()].join(),
    ].join('|'),
  };
}
