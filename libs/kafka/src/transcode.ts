import { DecodeError } from '@ratestream/events';
import avsc, { type Schema } from 'avsc';

/** Turns the body that one schema wrote into the body that another would have written. */
export type Transcode = (body: Buffer) => Buffer;

/**
 * Avro's schema resolution, for the seldom case that a record was written by another version of us: fields we do not
 * know are dropped, fields it did not know get their defaults. Slow; the codecs then read the result.
 *
 * Errors  DecodeError when the schemas do not resolve, and when a body is no value of the writer's schema
 */
export function transcoder(writerSchema: string, readerSchema: string): Transcode {
  try {
    const writer = avsc.Type.forSchema(parse(writerSchema), { wrapUnions: true });
    const reader = avsc.Type.forSchema(parse(readerSchema), { wrapUnions: true });
    const resolver = reader.createResolver(writer);
    return (body) => {
      try {
        return reader.toBuffer(reader.fromBuffer(body, resolver));
      } catch (error) {
        throw new DecodeError(`not a value of its writer's schema: ${(error as Error).message}`);
      }
    };
  } catch (error) {
    throw new DecodeError(`the writer's schema cannot be read as ours: ${(error as Error).message}`);
  }
}

function parse(schema: string): Schema {
  return JSON.parse(schema) as Schema;
}
