import multipart from '@fastify/multipart';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { STREAMED_TYPES } from '../upload/upload.js';

/** CSV bodies and files reach the handlers as streams; their size is counted while they are read. */
export function takeSheets(maxBytes: number): (app: NestFastifyApplication) => Promise<void> {
  return async (app) => {
    const instance = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
    instance.removeContentTypeParser('text/plain');
    instance.addContentTypeParser(STREAMED_TYPES, (_request, payload, done) => done(null, payload));
    await instance.register(multipart, { limits: { files: 1, fileSize: maxBytes, fields: 10, fieldSize: 10_000 } });
  };
}
