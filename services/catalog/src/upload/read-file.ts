import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { MultipartFile, MultipartValue } from '@fastify/multipart';
import { invalid, ProblemError } from '@ratestream/http';
import type { FastifyRequest } from 'fastify';
import { STREAMED_TYPES } from './upload.js';

/** A file as it was sent, with the fields of its form. */
export interface ReceivedFile {
  content: Buffer;
  /** Hex. */
  sha256: string;
  fileName: string | null;
  fields: Readonly<Record<string, string>>;
}

export const WORKBOOK_TYPES = [
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  'application/octet-stream',
];

/** Reads a file from a raw body or a form with one file; fields may stand before or behind it. Errors: 413, 415, 422. */
export async function readFileOf(request: FastifyRequest, maxBytes: number): Promise<ReceivedFile> {
  const type = request.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'multipart/form-data') return readForm(request, maxBytes);
  if ([...STREAMED_TYPES, ...WORKBOOK_TYPES].includes(type))
    return { ...(await readBytes(request.body as Readable, maxBytes)), fileName: null, fields: {} };
  throw new ProblemError(
    415,
    'unsupported_media_type',
    'Send a form with one file, or text/csv or a workbook (.xlsx) as the body.',
  );
}

async function readForm(request: FastifyRequest, maxBytes: number): Promise<ReceivedFile> {
  type Parts = { parts(): AsyncIterableIterator<MultipartFile | MultipartValue> };
  const fields: Record<string, string> = {};
  let file: Omit<ReceivedFile, 'fields'> | null = null;
  for await (const part of (request as FastifyRequest & Parts).parts()) {
    if (part.type === 'file')
      file = { ...(await readBytes(part.file, maxBytes)), fileName: part.filename.slice(0, 200) };
    else if (typeof part.value === 'string') fields[part.fieldname] = part.value;
  }
  if (file === null) throw invalid([{ code: 'no_file', detail: 'The form holds no file.' }]);
  return { ...file, fields };
}

async function readBytes(input: Readable, maxBytes: number): Promise<{ content: Buffer; sha256: string }> {
  const hash = createHash('sha256');
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of input as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    // What is too much is read and thrown away: cutting the connection would lose the answer.
    if (bytes > maxBytes) {
      chunks.length = 0;
      continue;
    }
    hash.update(chunk);
    chunks.push(chunk);
  }
  if (bytes > maxBytes)
    throw new ProblemError(
      413,
      'body_too_large',
      `The sheet has more than ${maxBytes} bytes; split it, or raise the limit.`,
    );
  return { content: Buffer.concat(chunks), sha256: hash.digest('hex') };
}
