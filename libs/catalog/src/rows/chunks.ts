import type { NumberRow, RateChunk, RateRow } from '@ratestream/events';
import { isPlainRate } from '../plain.js';

/** Chunks stay under Kafka's default message size with room for headers: 500 kB is the contract. */
export const MAX_CHUNK_BYTES = 500_000;
/** Fixed fields of a row in Avro never take more than this; texts are counted on top. */
const ROW_OVERHEAD_BYTES = 96;
/** What a rate that says more than a plain one takes besides. */
const MORE_BYTES = 32;

/** Splits the rates of a version into chunks of at most 500 kB as Avro, in order. */
export function chunkRates(id: string, version: number, rows: readonly RateRow[]): RateChunk[] {
  return split(rows, rateBytes).map((rates, chunk) => ({ kind: 'rates', id, version, chunk, rates, numbers: [] }));
}

/** The same for a numbering plan. */
export function chunkNumbers(id: string, version: number, rows: readonly NumberRow[]): RateChunk[] {
  return split(rows, numberBytes).map((numbers, chunk) => ({
    kind: 'numbers',
    id,
    version,
    chunk,
    rates: [],
    numbers,
  }));
}

/** Key of a chunk in `catalog.rates`. Ids hold neither '|' nor '/', so a plan and a card of one name never compact each other away. */
export function chunkKey({ kind, id, version, chunk }: RateChunk): string {
  return `${kind === 'numbers' ? 'numbers/' : ''}${id}|${version}|${chunk}`;
}

function split<T>(rows: readonly T[], bytesOf: (row: T) => number): T[][] {
  const chunks: T[][] = [];
  let current: T[] = [];
  let bytes = 1_000; // the chunk's own fields
  for (const row of rows) {
    const size = bytesOf(row);
    if (bytes + size > MAX_CHUNK_BYTES && current.length > 0) {
      chunks.push(current);
      current = [];
      bytes = 1_000;
    }
    current.push(row);
    bytes += size;
  }
  if (current.length > 0) chunks.push(current);
  return chunks;
}

function rateBytes(row: RateRow): number {
  const { rateId, trafficClass, prefix, senderType, originCountry, routeGrade, surcharge } = row;
  let bytes = ROW_OVERHEAD_BYTES + (isPlainRate(row) ? 0 : MORE_BYTES) + rateId.length;
  for (const text of [trafficClass, prefix, senderType, originCountry, routeGrade, surcharge])
    bytes += text?.length ?? 0;
  return bytes;
}

function numberBytes(row: NumberRow): number {
  return ROW_OVERHEAD_BYTES + row.prefix.length + Buffer.byteLength(row.operator ?? '');
}
