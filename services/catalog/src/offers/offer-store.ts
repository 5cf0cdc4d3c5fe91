import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { Queryable, Tx } from '@ratestream/postgres';
import type { OfferRow, OfferSummary } from './build-offer.js';
import type { OfferBody } from './offer-requests.js';

/** A price list as it was offered; never changed. Instants are microseconds UTC. */
export interface Offer {
  id: string;
  version: number;
  name: string;
  currency: string;
  body: OfferBody;
  /** The instant whose buy prices it stands on. */
  asOf: number;
  validUntil: number | null;
  createdBy: string;
  createdAt: number;
  summary: OfferSummary;
}

interface Row {
  id: string;
  version: number;
  name: string;
  currency: string;
  body: string;
  as_of: string;
  valid_until: string | null;
  created_by: string;
  created_at: string;
  summary: string;
}

const COLUMNS = 'id, version, name, currency, body, as_of, valid_until, created_by, created_at, summary';
const pack = promisify<Buffer, Buffer>(deflateRaw);
const unpack = promisify<Buffer, Buffer>(inflateRaw);

/** Out: the version that it became. Two at once under one id: the second waits, and is the next. */
export async function insertOffer(tx: Tx, offer: Omit<Offer, 'version'>, rows: readonly OfferRow[]): Promise<number> {
  await tx.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`offer ${offer.id}`]);
  const body = await pack(Buffer.from(JSON.stringify(rows)));
  const { rows: inserted } = await tx.query<{ version: number }>(
    `insert into offer (${COLUMNS}, row_count, rows)
     select $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11 from offer where id = $1
     returning version`,
    [
      offer.id,
      offer.name,
      offer.currency,
      JSON.stringify(offer.body),
      offer.asOf,
      offer.validUntil,
      offer.createdBy,
      offer.createdAt,
      JSON.stringify(offer.summary),
      rows.length,
      body,
    ],
  );
  return inserted[0]?.version ?? 1;
}

/** version null: the newest. */
export async function findOffer(db: Queryable, id: string, version: number | null): Promise<Offer | null> {
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} from offer where id = $1 and ($2::int is null or version = $2) order by version desc limit 1`,
    [id, version],
  );
  const [row] = rows;
  return row === undefined ? null : offerOf(row);
}

/** Every version, newest first. */
export async function listOffers(
  db: Queryable,
  limit: number,
  before: readonly [createdAt: number, id: string, version: number] | null,
): Promise<Offer[]> {
  const { rows } = await db.query<Row>(
    `select ${COLUMNS} from offer where $1::bigint is null or (created_at, id, version) < ($1, $2, $3::int)
     order by created_at desc, id desc, version desc limit $4`,
    [before?.[0] ?? null, before?.[1] ?? null, before?.[2] ?? null, limit],
  );
  return rows.map(offerOf);
}

export async function offerRows(db: Queryable, { id, version }: Offer): Promise<OfferRow[]> {
  const { rows } = await db.query<{ rows: Buffer }>('select rows from offer where id = $1 and version = $2', [
    id,
    version,
  ]);
  const [row] = rows;
  return row === undefined ? [] : (JSON.parse((await unpack(row.rows)).toString('utf8')) as OfferRow[]);
}

function offerOf(row: Row): Offer {
  return {
    id: row.id,
    version: row.version,
    name: row.name,
    currency: row.currency,
    body: JSON.parse(row.body) as OfferBody,
    asOf: Number(row.as_of),
    validUntil: row.valid_until === null ? null : Number(row.valid_until),
    createdBy: row.created_by,
    createdAt: Number(row.created_at),
    summary: JSON.parse(row.summary) as OfferSummary,
  };
}
