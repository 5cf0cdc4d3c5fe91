import multipart from '@fastify/multipart';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { WORKBOOK_TYPES } from '../upload/read-file.js';
import { STREAMED_TYPES } from '../upload/upload.js';

/** CSV bodies, workbooks and files reach the handlers as streams; their size is counted while they are read. */
export function takeSheets(maxBytes: number): (app: NestFastifyApplication) => Promise<void> {
  return async (app) => {
    const instance = app.getHttpAdapter().getInstance();
    instance.removeContentTypeParser('text/plain');
    instance.addContentTypeParser([...STREAMED_TYPES, ...WORKBOOK_TYPES], (_request, payload, done) =>
      done(null, payload),
    );
    // One byte more than the reader takes: multipart cuts a file off at its limit in silence, the reader refuses it.
    await instance.register(multipart, {
      limits: { files: 1, fileSize: maxBytes + 1, fields: 10, fieldSize: 200_000 },
    });
  };
}
