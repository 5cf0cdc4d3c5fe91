import { z } from 'zod';
import { ProblemError } from './problem.js';

export interface Page<T> {
  items: T[];
  /** Hand it back as `cursor` for what follows; null: this was the last page. */
  nextCursor: string | null;
}

const MAX_CURSOR_CHARS = 1_024;

/** Query fields of a paged list: `limit` 1 … max (default 50) and `cursor`. Extend it with the list's own filters. */
export function pageQuery(maxLimit = 500) {
  const message = `must be a whole number from 1 to ${maxLimit}`;
  return z.object({
    limit: z
      .union([
        z
          .string()
          .regex(/^\d{1,6}$/, { error: message })
          .transform(Number),
        z.number(),
      ])
      .default(50)
      .refine((limit) => Number.isInteger(limit) && limit >= 1 && limit <= maxLimit, { error: message }),
    cursor: z.string().max(MAX_CURSOR_CHARS).optional(),
  });
}

/**
 * Opaque to callers: the sort key of the last row of a page. Not a secret and not trusted: it only ever narrows a query
 * that carries the tenant's scope by itself.
 */
export const Cursor = {
  encode(key: readonly (string | number)[]): string {
    return Buffer.from(JSON.stringify(key)).toString('base64url');
  },

  /** Errors: 400 `bad_cursor` where it is not one of ours. `schema` names the key's fields: `z.tuple([z.number(), z.string()])`. */
  decode<S extends z.ZodType>(schema: S, text: string): z.output<S> {
    try {
      return schema.parse(JSON.parse(Buffer.from(text, 'base64url').toString('utf8')));
    } catch {
      throw new ProblemError(400, 'bad_cursor', 'The cursor is not one that this list gave out.', [
        { parameter: 'cursor', detail: 'is not valid' },
      ]);
    }
  },
};

/** Makes a page of up to `limit` rows out of `limit + 1` fetched ones: the row too many only says that more follow. */
export function pageOf<T>(rows: readonly T[], limit: number, keyOf: (row: T) => readonly (string | number)[]): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, nextCursor: more ? Cursor.encode(keyOf(last)) : null };
}
