import { codecs, DecodeError, schemaJson, type RateChunk } from '@ratestream/events';
import { transcoder, type Transcode } from '@ratestream/kafka';

/** No body without a mark begins so: the first field of a chunk, its kind, is never empty. */
const MARK = 0;
/** Of the schema that chunks are written by now. Another schema is another layout. */
const LAYOUT = 2;

/**
 * The body of a chunk as PostgreSQL keeps it: a mark, the number of the layout, and Avro.
 *
 * Avro does not say by which schema it was written, and kept rows are older than the release that reads them.
 */
export function encodeRows(chunk: RateChunk): Buffer {
  return Buffer.concat([Buffer.from([MARK, LAYOUT]), codecs.RateChunk.encode(chunk)]);
}

/** Errors: DecodeError for what is no chunk of this release or an earlier one. */
export function decodeRows(body: Buffer): RateChunk {
  if (body[0] !== MARK) return withoutMark(body);
  if (body[1] !== LAYOUT) throw new DecodeError(`rows of layout ${body[1]}, which is not known`);
  return codecs.RateChunk.decode(body, 2);
}

/** Bodies had no mark at first: of two layouts only one reads a body to its end. */
function withoutMark(body: Buffer): RateChunk {
  try {
    return codecs.RateChunk.decode(fromFirst(body));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return codecs.RateChunk.decode(body);
  }
}

let first: Transcode | null = null;
function fromFirst(body: Buffer): Buffer {
  first ??= transcoder(JSON.stringify(FIRST_CHUNK), schemaJson('RateChunk'));
  return first(body);
}

const orNull = (name: string, type = 'string') => ({ name, type: ['null', type], default: null });
const text = (name: string) => ({ name, type: 'string' });

/** As chunks were before rates named sender types, origins, grades, priorities and surcharges. */
const FIRST_CHUNK = {
  type: 'record',
  name: 'RateChunk',
  namespace: 'ratestream.v1',
  fields: [
    text('kind'),
    text('id'),
    { name: 'version', type: 'int' },
    { name: 'chunk', type: 'int' },
    {
      name: 'rates',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'RateRow',
          fields: [
            text('rateId'),
            ...['country', 'mcc', 'mnc', 'prefix', 'trafficClass'].map((name) => orNull(name)),
            { name: 'price', type: { type: 'bytes', logicalType: 'decimal', precision: 38, scale: 9 } },
            text('unit'),
            orNull('basis'),
            orNull('timeoutSec', 'int'),
            orNull('timeoutPolicy'),
          ],
        },
      },
    },
    {
      name: 'numbers',
      type: {
        type: 'array',
        items: {
          type: 'record',
          name: 'NumberRow',
          fields: [text('prefix'), ...['country', 'mcc', 'mnc', 'operator'].map((name) => orNull(name))],
        },
      },
    },
  ],
};
