import { fast } from './buffer-slices.js';
import { DecodeError } from './errors.js';
import { Reader } from './reader.js';

/** Avro body of one record type. */
export interface Codec<T> {
  readonly name: string;
  /** The Avro body, in a buffer that nobody else writes to. Errors: EncodeError on a number out of range. */
  encode(value: T): Buffer;
  /** Reads one value from `offset` to the end of the buffer, exactly. Errors: DecodeError. */
  decode(buf: Buffer, offset?: number): T;
  /** The Confluent five-byte header and the body. */
  encodeFramed(value: T, schemaId: number): Buffer;
}

/** A codec bound to a registered schema. */
export interface WireCodec<T> {
  readonly schemaId: number;
  encode(value: T): Buffer;
  /** Errors: DecodeError, also when the header names another schema: that one must be resolved by the registry's. */
  decode(buf: Buffer): T;
}

const HEADER_BYTES = 5;
const SLAB_BYTES = 256 * 1024;
/** A record larger than this is seldom; what is left of a slab below it is given up instead of tried. */
const HEADROOM_BYTES = 8 * 1024;

let slab = Buffer.allocUnsafeSlow(SLAB_BYTES);
let used = 0;
const reader = new Reader();

/** Builds a codec of a generated writer and reader. Records are cut out of a shared slab, never overwritten. */
export function createCodec<T>(
  name: string,
  write: (b: Buffer, p: number, value: T) => number,
  read: (r: Reader) => T,
): Codec<T> {
  function encodeAfter(value: T, header: number): Buffer {
    if (slab.length - used < HEADROOM_BYTES) renew(SLAB_BYTES);
    let end = write(slab, used + header, value);
    if (end > slab.length) {
      renew(Math.max(SLAB_BYTES, end - used + HEADROOM_BYTES));
      end = write(slab, header, value);
    }
    const record = slab.subarray(used, end);
    used = end;
    return record;
  }
  return {
    name,
    encode: (value) => encodeAfter(value, 0),
    encodeFramed(value, schemaId) {
      const record = encodeAfter(value, HEADER_BYTES);
      record[0] = 0;
      record[1] = schemaId >>> 24;
      record[2] = schemaId >>> 16;
      record[3] = schemaId >>> 8;
      record[4] = schemaId;
      return record;
    },
    decode(buf, offset = 0) {
      reader.buf = fast(buf);
      reader.pos = offset;
      reader.end = buf.length;
      const value = read(reader);
      if (reader.pos !== buf.length) throw new DecodeError(`${buf.length - reader.pos} bytes after the ${name}`);
      return value;
    },
  };
}

/** The schema id of a framed record. Errors: DecodeError when there is no such header. */
export function schemaIdOf(buf: Buffer): number {
  if (buf.length < HEADER_BYTES || buf[0] !== 0) throw new DecodeError('no schema header');
  return buf.readUInt32BE(1);
}

/**
 * Binds a codec to a registered schema: the Confluent wire format, one zero byte and the schema id in four bytes.
 *
 * Example wire(codecs.UsageEvent, 7).encode(event) begins with 00 00 00 00 07
 */
export function wire<T>(codec: Codec<T>, schemaId: number): WireCodec<T> {
  return {
    schemaId,
    encode: (value) => codec.encodeFramed(value, schemaId),
    decode(buf) {
      const written = schemaIdOf(buf);
      if (written !== schemaId) throw new DecodeError(`written with schema ${written}, not ${schemaId}`);
      return codec.decode(buf, HEADER_BYTES);
    },
  };
}

function renew(bytes: number): void {
  slab = Buffer.allocUnsafeSlow(bytes);
  used = 0;
}
