import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { formatInstant, OPERATOR, type CatalogView } from '@ratestream/catalog';
import {
  Cursor,
  idempotencyKeyReused,
  invalid,
  notFound,
  pageOf,
  ProblemError,
  unavailable,
  type Caller,
  type Page,
} from '@ratestream/http';
import { transaction, type Pool, type Tx } from '@ratestream/postgres';
import { NumberingIndex } from '@ratestream/sms';
import { z } from 'zod';
import type { CommandHeaders } from '../http/command-context.js';
import { answeredBefore, claim, keepAnswer, type Claim } from '../store/command-answers.js';
import { cursorPlace, newestCursor } from '../queries/cursor-parts.js';
import { readChunks } from '../store/row-chunks.js';
import { readUsages } from './compare-usages.js';
import type { FindDraft } from './find-draft.js';
import { linesCsv } from './lines-csv.js';
import { TrafficUnknown, type TrafficReader } from './traffic-reader.js';
import type { Against, WhatIfRunner } from './what-if-runner.js';
import { lastMonth, withBelow, type LinesQuery, type WhatIfBody } from './what-if-requests.js';
import {
  endWhatIf,
  everyLine,
  failAbandonedWhatIfs,
  findWhatIf,
  insertWhatIf,
  listWhatIfs,
  readLines,
  type NewWhatIf,
} from './what-if-store.js';
import type { LineShown, Question, WhatIf } from './what-if.js';

export const WHAT_IFS = Symbol('WHAT_IFS');

export interface WhatIfOptions {
  pool: Pool;
  view: CatalogView;
  traffic: TrafficReader;
  runner: WhatIfRunner;
  drafts: FindDraft;
  /** How long a request waits for its answer; after that it says 202 and the work goes on. */
  waitMs: number;
  clock: () => number;
}

export type WhatIfShown = Record<string, unknown>;

const placeCursor = z.tuple([cursorPlace, cursorPlace]);
const MAX_DAYS = 400;
const MICROS_PER_DAY = 86_400_000_000;

/** What prices would have meant, over HTTP: asked, waited for, read and forgotten. Nothing of the catalog is written. */
@Injectable()
export class WhatIfPort {
  constructor(@Inject(WHAT_IFS) private readonly options: WhatIfOptions) {}

  async ask(body: WhatIfBody, caller: Caller, headers: CommandHeaders): Promise<{ done: boolean; shown: WhatIfShown }> {
    const { pool, runner, waitMs } = this.options;
    const asked = headers.claimOf(caller, body);
    const before = asked === null ? null : await answeredBefore(pool, asked);
    if (before !== null) return this.answer((before as { id: string }).id, caller);
    // Before anything of it is read: a draft may be a million rates.
    const givePlaceBack = runner.takePlace();
    const { id, work } = await this.begin(body, caller, asked).finally(givePlaceBack);
    if (work !== null) await upTo(waitMs, work);
    return this.answer(id, caller);
  }

  /** Out: work null: it was asked under the same key just now. */
  private async begin(
    body: WhatIfBody,
    caller: Caller,
    asked: Claim | null,
  ): Promise<{ id: string; work: Promise<void> | null }> {
    const { pool, runner, drafts, clock } = this.options;
    const { draft, name } = await drafts.find(body, caller);
    const { against, question } = await this.against(body, caller);
    const one = {
      id: randomUUID(),
      scope: caller.scope,
      askedBy: caller.keyId,
      askedAt: clock(),
      question: { draft: name, from: body.from, against: question },
    };
    const id = await transaction(pool, (tx) => writtenDown(tx, one, asked));
    return { id, work: id === one.id ? runner.run(id, draft, against) : null };
  }

  private async answer(id: string, caller: Caller): Promise<{ done: boolean; shown: WhatIfShown }> {
    const found = await this.find(id, caller);
    return { done: found.status !== 'running', shown: shownWhatIf(found) };
  }

  async get(id: string, caller: Caller): Promise<WhatIfShown> {
    return shownWhatIf(await this.find(id, caller));
  }

  async list({ limit, cursor }: LinesQuery, caller: Caller): Promise<Page<WhatIfShown>> {
    const { pool, view } = this.options;
    const before = cursor === undefined ? null : Cursor.decode(newestCursor, cursor);
    const scopes = caller.isOperator ? null : withBelow(view, [caller.scope]);
    const page = pageOf(await listWhatIfs(pool, scopes, limit + 1, before), limit, ({ askedAt, id }) => [askedAt, id]);
    return { ...page, items: page.items.map(shownWhatIf) };
  }

  async lines(id: string, { limit, cursor }: LinesQuery, caller: Caller): Promise<Page<LineShown>> {
    await this.find(id, caller);
    const from = cursor === undefined ? ([0, 0] as const) : Cursor.decode(placeCursor, cursor);
    const page = pageOf(await readLines(this.options.pool, id, from, limit + 1), limit, ({ next }) => next);
    return { ...page, items: page.items.map(({ line }) => line) };
  }

  async csv(id: string, caller: Caller): Promise<Readable> {
    await this.find(id, caller);
    return Readable.from(linesCsv(everyLine(this.options.pool, id)));
  }

  async end(id: string, caller: Caller): Promise<WhatIfShown> {
    const { pool, clock } = this.options;
    const before = await this.find(id, caller);
    await endWhatIf(pool, id, clock());
    return shownWhatIf((await findWhatIf(pool, id)) ?? before);
  }

  private async find(id: string, caller: Caller): Promise<WhatIf> {
    await failAbandonedWhatIfs(this.options.pool);
    const found = await findWhatIf(this.options.pool, id);
    if (found === null || !(found.scope === OPERATOR ? caller.isOperator : caller.sees(found.scope)))
      throw notFound('what-if', id);
    return found;
  }

  private async against(
    { against }: WhatIfBody,
    caller: Caller,
  ): Promise<{ against: Against; question: Question['against'] }> {
    if ('usages' in against) return this.usages(against.usages, caller);
    const { view, clock } = this.options;
    const { from, to } = against.traffic ?? lastMonth(clock());
    if (to <= from || to - from > MAX_DAYS * MICROS_PER_DAY)
      throw invalid([
        {
          pointer: '/against/traffic/to',
          code: 'invalid_span',
          detail: to <= from ? 'must lie after from' : `must lie within ${MAX_DAYS} days of from`,
        },
      ]);
    for (const account of against.accounts ?? []) {
      caller.mustSee(account);
      if (!view.accounts.has(account)) throw notFound('account', account);
    }
    await this.knownTraffic();
    const accounts = against.accounts === undefined ? null : withBelow(view, against.accounts);
    // What a tenant pays itself is its parent's to know: it sees the legs that it is paid, and those below them.
    const within = caller.isOperator ? null : withBelow(view, [caller.scope]).filter((id) => id !== caller.scope);
    return {
      against: { traffic: { from, to, accounts, within } },
      question: { traffic: { from, to }, accounts: against.accounts ?? null },
    };
  }

  private async usages(
    usages: Extract<WhatIfBody['against'], { usages: unknown }>['usages'],
    caller: Caller,
  ): Promise<{ against: Against; question: Question['against'] }> {
    const { view, clock } = this.options;
    for (const { account } of usages) caller.mustSee(account);
    const { legs, faults } = readUsages(usages, view, await this.numbering(), clock());
    if (faults.length > 0)
      throw invalid(
        faults.slice(0, 100).map(({ index, field, detail }) => ({
          pointer: `/against/usages/${index}/${field}`,
          code: 'invalid',
          detail,
        })),
      );
    const seen = legs.filter(
      ({ side, payer }) => caller.isOperator || (side === 'sell' && payer !== caller.scope && caller.sees(payer)),
    );
    return { against: { legs: seen }, question: { usages: usages.length } };
  }

  private async numbering(): Promise<NumberingIndex> {
    const { pool, view } = this.options;
    const plan = view.numberingPlan;
    const rows = [];
    if (plan !== null)
      for await (const { numbers } of readChunks(pool, 'numbers', plan.id, plan.version))
        for (const row of numbers) rows.push(row);
    return new NumberingIndex(rows);
  }

  private async knownTraffic(): Promise<void> {
    try {
      await this.options.traffic.ping();
    } catch (error) {
      if (!(error instanceof TrafficUnknown)) throw error;
      throw unavailable(`Past traffic cannot be read: ${error.message}. Usages in the request need none.`, 10);
    }
  }
}

/** Out: its id, or that of the one which was asked under the same key just now. */
async function writtenDown(tx: Tx, one: NewWhatIf, asked: Claim | null): Promise<string> {
  const claimed = asked === null ? null : await claim(tx, asked);
  if (claimed?.outcome === 'other_request') throw idempotencyKeyReused();
  if (claimed?.outcome === 'answered') return (claimed.answer as { id: string }).id;
  await insertWhatIf(tx, one);
  if (asked !== null) await keepAnswer(tx, asked, { id: one.id });
  return one.id;
}

async function upTo(waitMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const waited = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, waitMs);
  });
  await Promise.race([work, waited]);
  clearTimeout(timer);
}

function shownWhatIf({ scope: _, rowsRead, rowsTotal, question, summary, ...one }: WhatIf): WhatIfShown {
  const { draft, against } = question;
  return {
    ...one,
    askedAt: formatInstant(one.askedAt),
    finishedAt: one.finishedAt === null ? null : formatInstant(one.finishedAt),
    draft: { ...draft, effectiveFrom: draft.effectiveFrom === null ? null : formatInstant(draft.effectiveFrom) },
    from: question.from,
    against:
      'usages' in against
        ? against
        : {
            traffic: { from: formatInstant(against.traffic.from), to: formatInstant(against.traffic.to) },
            accounts: against.accounts,
          },
    progress: { rowsRead, rowsTotal },
    result: summary,
  };
}

/** A what-if that failed for what only its own request can mend. */
export function refusalOf(shown: WhatIfShown): ProblemError | null {
  const fault = shown['fault'] as { code: string; message: string } | null;
  if (shown['status'] !== 'failed' || fault === null) return null;
  const detail = `${fault.message.charAt(0).toUpperCase()}${fault.message.slice(1)}.`.replace('..', '.');
  return new ProblemError(
    fault.code === 'traffic_unknown' ? 503 : fault.code === 'failed' ? 500 : 422,
    fault.code,
    detail,
  );
}
