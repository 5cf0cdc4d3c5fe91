import { type InRecord, type Kafka, tail } from '@ratestream/kafka';

/** Offsets closer than this are read in one go. */
const SPAN = 2_000;
const TIMEOUT_MS = 10_000;

/** Reads single records of `cdr.raw` by their offsets; what is gone, or does not come in time, is missing. */
export async function readRaw(
  kafka: Kafka,
  partition: number,
  offsets: readonly number[],
): Promise<ReadonlyMap<number, InRecord>> {
  const found = new Map<number, InRecord>();
  const bounds = (await kafka.admin().offsets('cdr.raw')).get(partition);
  const wanted = offsets.filter((offset) => bounds !== undefined && offset >= bounds.low && offset < bounds.high);
  for (let at = 0; at < wanted.length;) {
    const from = wanted[at] as number;
    const group = wanted.slice(at).filter((offset) => offset < from + SPAN);
    at += group.length;
    await readGroup(kafka, partition, new Set(group), from, group.at(-1) as number, found);
  }
  return found;
}

function readGroup(
  kafka: Kafka,
  partition: number,
  wanted: ReadonlySet<number>,
  from: number,
  last: number,
  found: Map<number, InRecord>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let stop: (() => Promise<void>) | undefined;
    let over = false;
    const end = (error?: Error): void => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      void Promise.resolve(stop?.()).then(() => (error === undefined ? resolve() : reject(error)), reject);
    };
    const timer = setTimeout(() => end(), TIMEOUT_MS);
    tail(kafka, {
      topic: 'cdr.raw',
      partitions: [partition],
      from: new Map([[partition, from]]),
      onRecords(records) {
        for (const record of records) if (wanted.has(record.offset)) found.set(record.offset, record);
        if (found.size > 0 && (records.at(-1)?.offset ?? -1) >= last) end();
      },
      onError: end,
    }).then((follower) => {
      stop = () => follower.stop();
      if (over) void follower.stop();
    }, end);
  });
}
