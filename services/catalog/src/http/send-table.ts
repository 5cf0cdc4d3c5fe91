import type { Readable } from 'node:stream';
import { StreamableFile } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { SHEET_TYPES } from '../imports/sheet-export.js';

/** A file for people under a name that every file system takes. */
export function sendTable(
  { name, stream }: { name: string; stream: Readable },
  format: 'csv' | 'xlsx',
  reply: FastifyReply,
): StreamableFile {
  const fileName = `${name}.${format}`.replaceAll(/[^A-Za-z0-9._-]/g, '_');
  void reply
    .header('content-type', SHEET_TYPES[format])
    .header('content-disposition', `attachment; filename="${fileName}"`);
  return new StreamableFile(stream);
}
