import { formatInstant } from '@ratestream/catalog';
import type { RateChunk, RateRow } from '@ratestream/events';
import { Cursor, pageOf, type Page } from '@ratestream/http';
import { formatMoney } from '@ratestream/money';
import type { Queryable } from '@ratestream/postgres';
import { z } from 'zod';
import { readChunks } from '../store/row-chunks.js';

/** Which rates of a version are wanted; absent: all. */
export interface RateFilter {
  country?: string | undefined;
  mcc?: string | undefined;
  mnc?: string | undefined;
  /** Rates of this prefix and of longer ones. */
  prefix?: string | undefined;
}

export type ShownRate = Omit<RateRow, 'price' | 'validFrom' | 'validUntil'> & {
  price: string;
  validFrom: string | null;
  validUntil: string | null;
};

/** Chunk and place in it of the last rate of a page. */
const place = z.tuple([z.int().min(0).max(1_000_000), z.int().min(0).max(1_000_000)]);

/** Keeps the rates that are wanted, chunk by chunk. */
export async function* matching(chunks: AsyncIterable<RateChunk>, filter: RateFilter): AsyncGenerator<RateChunk> {
  const wanted = Object.values(filter).some((value) => value !== undefined);
  for await (const chunk of chunks)
    yield wanted ? { ...chunk, rates: chunk.rates.filter((row) => isWanted(row, filter)) } : chunk;
}

/**
 * A page of a version's rates in the order of the sheet. Reads chunk by chunk and stops when the page is full, so a
 * million rates are never in memory at once.
 */
export async function pageOfRates(
  db: Queryable,
  { id, version }: { id: string; version: number },
  filter: RateFilter,
  { limit, cursor }: { limit: number; cursor?: string | undefined },
): Promise<Page<ShownRate>> {
  const [fromChunk, after] = cursor === undefined ? [0, -1] : Cursor.decode(place, cursor);
  const found: { row: RateRow; chunk: number; index: number }[] = [];
  for await (const { chunk, rates } of readChunks(db, 'rates', id, version, fromChunk)) {
    for (const [index, row] of rates.entries()) {
      if (chunk === fromChunk && index <= after) continue;
      if (isWanted(row, filter)) found.push({ row, chunk, index });
      if (found.length > limit) break;
    }
    if (found.length > limit) break;
  }
  const page = pageOf(found, limit, ({ chunk, index }) => [chunk, index]);
  return { ...page, items: page.items.map(({ row }) => shownRate(row)) };
}

function isWanted(row: RateRow, { country, mcc, mnc, prefix }: RateFilter): boolean {
  return (
    (country === undefined || row.country === country) &&
    (mcc === undefined || row.mcc === mcc) &&
    (mnc === undefined || row.mnc === mnc) &&
    (prefix === undefined || row.prefix?.startsWith(prefix) === true)
  );
}

function shownRate(row: RateRow): ShownRate {
  const { price, validFrom, validUntil, ...rest } = row;
  return { ...rest, price: formatMoney(price), validFrom: instantOf(validFrom), validUntil: instantOf(validUntil) };
}

function instantOf(at: number | null): string | null {
  return at === null ? null : formatInstant(at);
}
