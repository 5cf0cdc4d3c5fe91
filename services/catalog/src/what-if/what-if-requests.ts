import { anyId, changePlanBody, type CatalogView, type Micros } from '@ratestream/catalog';
import { instant, pageQuery } from '@ratestream/http';
import { z } from 'zod';
import { usageSchema } from './quoted-usage.js';

const MAX_USAGES = 10_000;
const MAX_CSV_CHARS = 32 << 20;
const MAX_ACCOUNTS = 1_000;

const draft = z.union([
  z.strictObject({ importId: z.string().min(1).max(100).describe('a staged import') }),
  z.strictObject({ bulkChangeId: z.string().min(1).max(100).describe('a staged change over many cards') }),
  z.strictObject({ cardId: anyId, version: z.int().min(1).describe('a published version, usually a scheduled one') }),
  z.strictObject({
    cardId: anyId,
    csv: z.string().min(1).max(MAX_CSV_CHARS).describe('all rates the card would have, in the columns of an upload'),
    effectiveFrom: instant.optional().describe('default: now'),
  }),
  z.strictObject({ planId: anyId, plan: changePlanBody.describe('what the plan would be changed to') }),
]);

const traffic = z.strictObject({
  from: instant.describe('billing time, inclusive'),
  to: instant.describe('exclusive'),
});

export const whatIfBody = z.strictObject({
  draft,
  against: z
    .union([
      z.strictObject({ usages: z.array(usageSchema).min(1).max(MAX_USAGES) }),
      z.strictObject({
        traffic: traffic.optional().describe('default: the last calendar month, UTC'),
        accounts: z.array(anyId).min(1).max(MAX_ACCOUNTS).optional().describe('with all below them; default: all'),
      }),
    ])
    .prefault({}),
  /** `effective`: only messages billed once the draft is in force have its prices. */
  from: z.enum(['always', 'effective']).default('always'),
});
export type WhatIfBody = z.output<typeof whatIfBody>;

export const linesQuery = pageQuery(5_000);
export type LinesQuery = z.output<typeof linesQuery>;

/** The calendar month before an instant, UTC. */
export function lastMonth(now: Micros): { from: Micros; to: Micros } {
  const date = new Date(now / 1_000);
  const to = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
  const from = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 1, 1);
  return { from: from * 1_000, to: to * 1_000 };
}

/** The accounts and all below them. */
export function withBelow(view: CatalogView, accounts: readonly string[]): string[] {
  const all = new Set(accounts);
  // A set grows while it is walked: what is added is walked too.
  for (const account of all) for (const child of view.children(account)) all.add(child);
  return [...all];
}
