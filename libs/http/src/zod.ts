import type { PipeTransform } from '@nestjs/common';
import { parseMoney, type Nano } from '@ratestream/money';
import { z } from 'zod';
import { ProblemError, type Fault } from './problem.js';

type Place = 'body' | 'query' | 'path';

/** Parses one argument of a handler; the OpenAPI document is written from the same schema. */
export class ZodPipe<S extends z.ZodType> implements PipeTransform<unknown, z.output<S>> {
  constructor(
    readonly schema: S,
    readonly place: Place,
  ) {}

  transform(value: unknown): z.output<S> {
    const parsed = this.schema.safeParse(value);
    if (parsed.success) return parsed.data;
    const faults = faultsOf(parsed.error.issues, this.place);
    const status = this.place === 'body' ? 422 : 400;
    throw new ProblemError(
      status,
      'invalid',
      faults.length === 1 ? 'One field is at fault.' : `${faults.length} fields are at fault.`,
      faults,
    );
  }
}

/** `@Body(zodBody(schema)) command: Command`: 422 with a JSON pointer for every fault. */
export const zodBody = <S extends z.ZodType>(schema: S): ZodPipe<S> => new ZodPipe(schema, 'body');
/** `@Query(zodQuery(schema)) query: Query`: 400 with the name of every parameter at fault. */
export const zodQuery = <S extends z.ZodType>(schema: S): ZodPipe<S> => new ZodPipe(schema, 'query');
/** `@Param(zodParams(schema)) params: Params`. */
export const zodParams = <S extends z.ZodType>(schema: S): ZodPipe<S> => new ZodPipe(schema, 'path');

/** Every fault of a value, in the order of the schema; of a union the alternative that came nearest. */
export function faultsOf(
  issues: readonly z.core.$ZodIssue[],
  place: Place = 'body',
  base: readonly PropertyKey[] = [],
): Fault[] {
  return issues.flatMap((issue): Fault[] => {
    const path = [...base, ...issue.path];
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        ...at([...path, key], place),
        code: 'unknown_field',
        detail: 'is not a known field',
      }));
    }
    if (issue.code === 'invalid_union' && issue.errors.length > 0) {
      const nearest = issue.errors.reduce((best, candidate) => (candidate.length < best.length ? candidate : best));
      if (nearest.length > 0) return faultsOf(nearest, place, path);
    }
    return [{ ...at(path, place), code: issue.code, detail: issue.message }];
  });
}

function at(path: readonly PropertyKey[], place: Place): { pointer: string } | { parameter: string } {
  if (place !== 'body') return { parameter: path.map(String).join('.') };
  return { pointer: path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('') };
}

/** Longer than any decimal(38,9) needs; a guard against parsing megabytes of digits. */
const MAX_AMOUNT_CHARS = 48;

/**
 * An amount of money in a request: a decimal string of at most nine places, out as `Nano` (bigint of 1e-9).
 * A JSON number is a fault, because it has been through a float before anyone could look at it.
 */
export const amount = z
  .string({
    error: (issue) =>
      typeof issue.input === 'number'
        ? 'must be a string such as "12.50": a number would pass through a float'
        : 'must be a decimal string such as "12.50"',
  })
  .max(MAX_AMOUNT_CHARS)
  .transform((text, context): Nano => {
    try {
      return parseMoney(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is not an amount' });
      return z.NEVER;
    }
  });

/** An amount above zero. */
export const positiveAmount = amount.refine((value) => value > 0n, { error: 'must be above zero' });

/** `amount` kept as the string it came in, for schemas whose output is stored as text. */
export const amountText = z
  .string({
    error: (issue) =>
      typeof issue.input === 'number'
        ? 'must be a string such as "12.50": a number would pass through a float'
        : 'must be a decimal string such as "12.50"',
  })
  .max(MAX_AMOUNT_CHARS)
  .superRefine((text, context) => {
    try {
      parseMoney(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: error instanceof Error ? error.message : 'is not an amount' });
    }
  });

/**
 * An ISO 8601 instant with a zone → microseconds UTC. Milliseconds are the finest that a request can name. Nothing here
 * happened before 1970, and the stores do not take every year that ISO 8601 knows.
 */
export const instant = z.iso
  .datetime({ offset: true, error: 'must be an ISO 8601 instant with a zone, such as 2026-05-01T12:00:00.000Z' })
  .transform((text) => Date.parse(text) * 1_000)
  .refine((micros) => micros >= 0, { error: 'must not lie before 1970' });
