import { setTimeout as sleep } from 'node:timers/promises';
import type { RawRecord } from '../traffic/raw-record.js';
import { RefusedError } from './http-client.js';
import type { HttpClient } from './http-client.js';
import { paced } from './pacer.js';
import type { PaceOptions } from './pacer.js';
import type { Progress } from './progress.js';
import type { RawProducer } from './raw-producer.js';

export interface TrafficRun {
  records: Iterable<RawRecord>;
  producer: Pick<RawProducer, 'send'>;
  /** With it, every `httpEvery`-th batch goes in by HTTP instead. */
  http?: HttpClient;
  httpEvery?: number;
  pace: PaceOptions;
  progress: Progress;
}

export interface TrafficTotals {
  records: number;
  messages: number;
  byHttp: number;
  duplicates: number;
  garbage: number;
}

/** Sends until the records or the patience of the signal end. A broker that is away is waited for; nothing is sent twice because of it. */
export async function runTraffic(run: TrafficRun): Promise<TrafficTotals> {
  const totals: TrafficTotals = { records: 0, messages: 0, byHttp: 0, duplicates: 0, garbage: 0 };
  const { signal } = run.pace;
  const startedAt = Date.now();
  let batches = 0;
  for await (const batch of paced(run.records, run.pace)) {
    const byHttp = run.http !== undefined && ++batches % (run.httpEvery ?? 20) === 0;
    const rest = byHttp && run.http !== undefined ? await sendByHttp(run.http, batch, totals) : batch;
    await sendPatiently(run.producer, rest, run.progress, signal);
    count(batch, totals);
    const perSecond = Math.round(totals.records / Math.max(1, (Date.now() - startedAt) / 1000));
    run.progress.show(
      `${totals.messages} messages, ${totals.records} records (${perSecond}/s), ${totals.byHttp} by HTTP, ${totals.duplicates} repeated, ${totals.garbage} garbage`,
    );
    if (signal?.aborted === true) break;
  }
  return totals;
}

function count(batch: readonly RawRecord[], totals: TrafficTotals): void {
  for (const { message, kind } of batch) {
    totals.records++;
    totals.messages = Math.max(totals.messages, message + 1);
    if (kind === 'duplicate') totals.duplicates++;
    if (kind === 'garbage') totals.garbage++;
  }
}

/** Posts the well-formed records source by source; returns what has to go another way. */
async function sendByHttp(http: HttpClient, batch: readonly RawRecord[], totals: TrafficTotals): Promise<RawRecord[]> {
  const rest: RawRecord[] = [];
  const bySource = new Map<string, RawRecord[]>();
  for (const record of batch) {
    if (record.kind === 'garbage') rest.push(record);
    else bySource.set(record.source, [...(bySource.get(record.source) ?? []), record]);
  }
  for (const [source, records] of bySource) {
    const body = records.map(({ value }) => value.toString()).join('\n');
    const first = records[0];
    const type = source === 'kannel' ? 'text/plain' : 'application/x-ndjson';
    try {
      await http.postText(
        `/api/ingest/v1/cdrs?source=${encodeURIComponent(source)}`,
        type,
        body,
        `simulator-${first?.message ?? 0}-${first?.appendAt ?? 0}-${source}`,
      );
      totals.byHttp += records.length;
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      rest.push(...records);
    }
  }
  return rest;
}

async function sendPatiently(
  producer: Pick<RawProducer, 'send'>,
  batch: readonly RawRecord[],
  progress: Progress,
  signal?: AbortSignal,
): Promise<void> {
  if (batch.length === 0) return;
  for (;;) {
    try {
      await producer.send(batch);
      return;
    } catch (error) {
      if (signal?.aborted === true) return;
      progress.done(
        `Kafka does not take records (${error instanceof Error ? error.message : String(error)}); trying again`,
      );
      await sleep(1_000);
    }
  }
}
