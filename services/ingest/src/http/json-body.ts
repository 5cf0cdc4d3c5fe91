import type { PipeTransform } from '@nestjs/common';
import { ProblemError } from '@ratestream/http';

/** This service keeps bodies as bytes; a handler that wants JSON parses it here, before its schema looks at it. */
export class JsonBody implements PipeTransform<unknown, unknown> {
  transform(value: unknown): unknown {
    if (!Buffer.isBuffer(value)) return value;
    try {
      return JSON.parse(value.toString('utf8'));
    } catch {
      throw new ProblemError(400, 'bad_json', 'The body is not JSON.');
    }
  }
}
