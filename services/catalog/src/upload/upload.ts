import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import {
  MAX_PRIORITIES,
  MAX_SURCHARGES,
  NUMBER_COLUMNS,
  parseInstant,
  parseNumberRow,
  parseRateRow,
  RATE_COLUMNS,
  rateIdOf,
  RowSheet,
  type RefusedRow,
} from '@ratestream/catalog';
import type { NumberRow, RateRow } from '@ratestream/events';
import { canonicalJson, invalid, ProblemError } from '@ratestream/http';
import type { MultipartFile } from '@fastify/multipart';
import type { FastifyRequest } from 'fastify';
import { readCsv, type CsvLimits, type CsvSheet } from './csv-reader.js';
import { jsonRow } from './json-rows.js';

export interface Upload<T> {
  rows: readonly T[];
  refused: readonly RefusedRow[];
  /** SHA-256 of what was sent; part of the request's hash under an idempotency key. */
  contentSha256: string;
  /** From a JSON body; null: not said there. */
  effectiveFrom: number | null;
}

interface SheetKind<T> extends CsvSheet {
  /** Field of a JSON body that holds the rows. */
  field: 'rates' | 'numbers';
  sheet: () => RowSheet<T>;
}

/** Reads the rates of one upload. */
function rateRowReader(): typeof parseRateRow {
  const names = new Set<string>();
  const priorities = new Set<number>();
  return (raw) => {
    const result = parseRateRow(raw);
    if (result.row === undefined) return result;
    const { surcharge, priority } = result.row;
    if (surcharge !== null && !names.has(surcharge) && names.size >= MAX_SURCHARGES) {
      const message = `"${surcharge}" is one more than the ${MAX_SURCHARGES} surcharges that a card may have`;
      return { faults: [{ field: 'surcharge', code: 'too_many_surcharges', message }] };
    }
    if (!priorities.has(priority) && priorities.size >= MAX_PRIORITIES) {
      const message = `${priority} is one more than the ${MAX_PRIORITIES} priorities that a card may have`;
      return { faults: [{ field: 'priority', code: 'too_many_priorities', message }] };
    }
    if (surcharge !== null) names.add(surcharge);
    priorities.add(priority);
    return result;
  };
}

export const RATE_SHEET: SheetKind<RateRow> = {
  field: 'rates',
  columns: RATE_COLUMNS,
  required: 'price',
  sheet: () => new RowSheet(rateRowReader(), rateIdOf, 'country'),
};

export const NUMBER_SHEET: SheetKind<NumberRow> = {
  field: 'numbers',
  columns: NUMBER_COLUMNS,
  required: 'prefix',
  sheet: () => new RowSheet(parseNumberRow, ({ prefix }) => prefix, 'prefix'),
};

/** Content types that reach the handler as the stream they are. */
export const STREAMED_TYPES = ['text/csv', 'application/csv', 'text/plain'];

/** Reads an upload of any of the three forms: CSV body, multipart with one file, JSON. */
export async function readUpload<T>(
  request: FastifyRequest,
  kind: SheetKind<T>,
  limits: CsvLimits,
): Promise<Upload<T>> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (STREAMED_TYPES.includes(type)) return readCsvUpload(request.body as Readable, kind, limits);
  if (type === 'multipart/form-data') return readCsvUpload(await fileOf(request), kind, limits);
  if (type === 'application/json') return readJsonUpload(request.body, kind, limits);
  throw new ProblemError(
    415,
    'unsupported_media_type',
    'Send text/csv, multipart/form-data with one file, or application/json.',
  );
}

export async function readCsvUpload<T>(input: Readable, kind: SheetKind<T>, limits: CsvLimits): Promise<Upload<T>> {
  const sheet = kind.sheet();
  const contentSha256 = await readCsv(
    input,
    kind,
    limits,
    (line, raw) => sheet.add(line, raw),
    (line, code, message) => sheet.refuse(line, code, message),
  );
  return { rows: sheet.rows, refused: sheet.refused, contentSha256, effectiveFrom: null };
}

async function fileOf(request: FastifyRequest): Promise<Readable> {
  const file = await (request as FastifyRequest & { file(): Promise<MultipartFile | undefined> }).file();
  if (file === undefined) throw invalid([{ code: 'no_file', detail: 'The form holds no file.' }]);
  return file.file;
}

function readJsonUpload<T>(body: unknown, kind: SheetKind<T>, { maxRows }: CsvLimits): Upload<T> {
  const { rows, effectiveFrom } = openJson(body, kind.field);
  if (rows.length > maxRows) throw new ProblemError(413, 'body_too_large', `There are more than ${maxRows} rows.`);
  const sheet = kind.sheet();
  for (const [index, value] of rows.entries()) {
    const read = jsonRow(value, kind.columns);
    if ('fault' in read) sheet.refuse(index + 1, 'malformed', read.fault);
    else sheet.add(index + 1, read.raw);
  }
  return { rows: sheet.rows, refused: sheet.refused, contentSha256: contentHash(body), effectiveFrom };
}

/** Rows are flat: what nests so deep that walking it runs out of stack is the caller's fault and not ours. */
function contentHash(body: unknown): string {
  try {
    return createHash('sha256').update(canonicalJson(body)).digest('hex');
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw invalid([{ code: 'malformed', detail: 'The body nests too deep.' }]);
  }
}

function openJson(body: unknown, field: string): { rows: unknown[]; effectiveFrom: number | null } {
  const { [field]: rows, effectiveFrom, ...rest } = (body ?? {}) as Record<string, unknown>;
  const faults = Object.keys(rest).map((name) => ({
    pointer: `/${name}`,
    code: 'unknown_field',
    detail: 'is not a known field',
  }));
  if (!Array.isArray(rows))
    faults.push({ pointer: `/${field}`, code: 'malformed', detail: 'must be an array of rows' });
  const at = instantOf(effectiveFrom);
  if (at === undefined)
    faults.push({ pointer: '/effectiveFrom', code: 'malformed', detail: 'must be an ISO 8601 instant with zone' });
  if (faults.length > 0 || !Array.isArray(rows)) throw invalid(faults);
  return { rows, effectiveFrom: at ?? null };
}

function instantOf(value: unknown): number | null | undefined {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) return value;
  return typeof value === 'string' ? (parseInstant(value) ?? undefined) : undefined;
}
