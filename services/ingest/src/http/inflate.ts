import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { ProblemError } from '@ratestream/http';

const unzip = promisify(gunzip);

/**
 * The bytes that were meant, within a limit that a small bomb cannot lift.
 *
 * Errors  413 when they are more, 400 when it is no gzip, 415 for another coding
 */
export async function inflate(body: Buffer, coding: string | undefined, mostBytes: number): Promise<Buffer> {
  if (coding === undefined || coding === '' || coding === 'identity') return body;
  if (coding !== 'gzip') throw new ProblemError(415, 'unsupported_coding', 'content-encoding may be gzip or nothing.');
  try {
    return await unzip(body, { maxOutputLength: mostBytes });
  } catch (error) {
    if ((error as { code?: string }).code === 'ERR_BUFFER_TOO_LARGE') {
      throw new ProblemError(413, 'too_large', `The body inflates to more than ${mostBytes} bytes.`);
    }
    throw new ProblemError(400, 'bad_gzip', 'The body is not gzip.');
  }
}
