import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import snappy from 'kafkajs-snappy';
import { decompressFrameSync } from 'lz4-napi';

const snappyCodec = snappy();

/** More than any batch a broker takes, decompressed; a bomb ends here and not in our memory. */
const MAX_BATCH_BYTES = 256 * 1024 * 1024;

/**
 * Undoes the compression of a record batch; foreign producers may use any.
 *
 * In      codec: the lowest three bits of the batch's attributes (1 gzip, 2 snappy, 3 lz4, 4 zstd)
 * Errors  what the codec throws on damaged bytes; an unknown codec
 */
export function decompress(codec: number, data: Buffer): Buffer | Promise<Buffer> {
  switch (codec) {
    case 1:
      return gunzipSync(data, { maxOutputLength: MAX_BATCH_BYTES });
    case 2:
      return snappyCodec.decompress(data);
    case 3:
      return decompressFrameSync(data);
    case 4:
      return zstdDecompressSync(data, { maxOutputLength: MAX_BATCH_BYTES });
    default:
      throw new Error(`record batch with unknown compression ${codec}`);
  }
}
