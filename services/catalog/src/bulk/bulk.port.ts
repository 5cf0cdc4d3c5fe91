import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { formatInstant, inForce, OPERATOR, type CatalogView, type RateCard } from '@ratestream/catalog';
import {
  conflict,
  Cursor,
  idempotencyKeyReused,
  invalid,
  notFound,
  pageOf,
  type Caller,
  type Page,
} from '@ratestream/http';
import { transaction, type Pool } from '@ratestream/postgres';
import { z } from 'zod';
import type { CommandHeaders } from '../http/command-context.js';
import { BULK } from '../http/tokens.js';
import type { ImportSummary } from '../imports/import.js';
import { findImport } from '../imports/import-store.js';
import type { Shown } from '../queries/catalog-queries.js';
import { cursorPlace, newestCursor } from '../queries/cursor-parts.js';
import { withPeople } from '../queries/people.js';
import { claim, keepAnswer } from '../store/command-answers.js';
import type { BulkApproval, BulkBody, RevertBody } from './bulk-requests.js';
import type { BulkDecisions, PublishedCard } from './bulk-decisions.js';
import type { BulkStager } from './bulk-stager.js';
import {
  bulkCards,
  failAbandonedBulks,
  findBulk,
  insertBulk,
  listBulks,
  type BulkChange,
  type NewBulk,
} from './bulk-store.js';

export interface BulkPortOptions {
  pool: Pool;
  view: CatalogView;
  stager: BulkStager;
  decisions: BulkDecisions;
  /** How long a request waits for its cards to be staged before it answers with the progress. */
  waitMs: number;
  clock: () => number;
}

interface PageAsked {
  limit: number;
  cursor?: string | undefined;
}

const MAX_CARDS = 500;
const placeCursor = z.tuple([cursorPlace]);

/** One change of many cards over HTTP: staged, looked at, approved or discarded whole, and taken back. */
@Injectable()
export class BulkPort {
  constructor(@Inject(BULK) private readonly options: BulkPortOptions) {}

  async create(body: BulkBody, caller: Caller, headers: CommandHeaders): Promise<Shown> {
    const cards = this.cardsOf(body.cards, caller);
    const { effectiveFrom } = body;
    return this.begin({ body, reverts: null, effectiveFrom }, cards, body, caller, headers, (bulk) =>
      this.options.stager.change(bulk, cards, body),
    );
  }

  /** A new change back to the versions before; where the first one has not taken effect, at its instant. */
  async revert(id: string, body: RevertBody, caller: Caller, headers: CommandHeaders): Promise<Shown> {
    const reverted = await this.find(id, caller);
    if (reverted.status !== 'approved')
      throw conflict('not_approved', `The bulk change is ${reverted.status}, so there is nothing to take back.`);
    const { view, clock } = this.options;
    const published = (await bulkCards(this.options.pool, id)).filter(({ importId }) => importId !== null);
    const cards = published.flatMap(({ cardId }) => view.cards.get(cardId) ?? []);
    const scheduled = reverted.effectiveFrom !== null && reverted.effectiveFrom > clock();
    const effectiveFrom = body.effectiveFrom ?? (scheduled ? reverted.effectiveFrom : null);
    return this.begin({ body: null, reverts: id, effectiveFrom }, cards, { id, ...body }, caller, headers, (bulk) =>
      this.options.stager.revert(bulk, cards, id),
    );
  }

  async list({ limit, cursor }: PageAsked, caller: Caller): Promise<Page<Shown>> {
    const { pool, view } = this.options;
    await failAbandonedBulks(pool);
    const before = cursor === undefined ? null : Cursor.decode(newestCursor, cursor);
    const owners = caller.isOperator ? null : [...view.accounts.keys()].filter((id) => caller.sees(id));
    const page = pageOf(await listBulks(pool, owners, limit + 1, before), limit, (one) => [one.createdAt, one.id]);
    return { ...page, items: page.items.map((one) => this.shown(one, caller)) };
  }

  async get(id: string, caller: Caller): Promise<Shown> {
    await failAbandonedBulks(this.options.pool);
    const bulk = await this.find(id, caller);
    return { ...this.shown(bulk, caller), totals: await this.totals(bulk) };
  }

  /** Card by card: its import, what changes, and what else is scheduled there. */
  async cards(id: string, { limit, cursor }: PageAsked, caller: Caller): Promise<Page<Shown>> {
    const { pool } = this.options;
    const bulk = await this.find(id, caller);
    const from = cursor === undefined ? 0 : Cursor.decode(placeCursor, cursor)[0];
    const page = pageOf(await bulkCards(pool, bulk.id, from, limit + 1), limit, ({ place }) => [place + 1]);
    const items: Shown[] = [];
    for (const { cardId, importId, note } of page.items) {
      const found = importId === null ? null : await findImport(pool, cardId, importId);
      items.push({
        cardId,
        importId,
        note,
        baseVersion: found?.baseVersion ?? null,
        publishedVersion: found?.publishedVersion ?? null,
        changes: found?.summary?.diff ?? null,
        margin: found?.summary?.margin ?? null,
        laterVersions: this.laterVersions(cardId, found?.effectiveFrom ?? found?.uploadedAt ?? null),
      });
    }
    return { ...page, items };
  }

  async approve(id: string, approval: BulkApproval, caller: Caller, headers: CommandHeaders): Promise<Shown> {
    const answer = await this.options.decisions.approve(await this.find(id, caller), approval, caller, headers);
    const { cards } = answer as unknown as { cards: PublishedCard[] };
    return {
      id,
      position: answer.position,
      cards: cards.map((card) => ({ ...card, effectiveFrom: formatInstant(card.effectiveFrom) })),
    };
  }

  async discard(id: string, caller: Caller): Promise<Shown> {
    await this.options.decisions.discard(await this.find(id, caller), caller);
    return this.get(id, caller);
  }

  private shown(bulk: BulkChange, caller: Caller): Shown {
    return withPeople(shownBulk(bulk), { view: this.options.view, caller });
  }

  private async find(id: string, caller: Caller): Promise<BulkChange> {
    const found = await findBulk(this.options.pool, id);
    if (found === null || !caller.sees(found.owner)) throw notFound('bulk change', id);
    return found;
  }

  private async begin(
    what: Pick<NewBulk, 'body' | 'reverts' | 'effectiveFrom'>,
    cards: readonly RateCard[],
    asked: unknown,
    caller: Caller,
    headers: CommandHeaders,
    stage: (bulk: NewBulk) => Promise<void>,
  ): Promise<Shown> {
    const { pool, waitMs, clock } = this.options;
    const bulk: NewBulk = {
      ...what,
      id: randomUUID(),
      owner: caller.scope,
      createdBy: caller.keyId,
      createdAt: clock(),
      cardsTotal: cards.length,
    };
    const idempotency = headers.claimOf(caller, asked);
    const known = await transaction(pool, async (tx) => {
      const claimed = idempotency === null ? null : await claim(tx, idempotency);
      if (claimed?.outcome === 'other_request') throw idempotencyKeyReused();
      if (claimed?.outcome === 'answered') return (claimed.answer as { id: string }).id;
      await insertBulk(tx, bulk);
      if (idempotency !== null) await keepAnswer(tx, idempotency, { id: bulk.id });
      return null;
    });
    if (known !== null) return this.get(known, caller);
    await withinMs(stage(bulk), waitMs);
    return this.get(bulk.id, caller);
  }

  private cardsOf(asked: BulkBody['cards'], caller: Caller): RateCard[] {
    const { view } = this.options;
    const seen = (card: RateCard | undefined): card is RateCard =>
      card !== undefined && caller.sees(card.owner ?? OPERATOR);
    if ('ids' in asked) {
      const ids = [...new Set(asked.ids)];
      const faults = ids.flatMap((id, index) =>
        seen(view.cards.get(id))
          ? []
          : [{ pointer: `/cards/ids/${index}`, code: 'not_found', detail: `there is no rate card "${id}"` }],
      );
      if (faults.length > 0) throw invalid(faults);
      return ids.map((id) => view.cards.get(id) as RateCard);
    }
    const { side, service, owner, name } = asked;
    const named = name === undefined ? null : patternOf(name);
    const found = [...view.cards.values()]
      .filter(seen)
      .filter((card) => side === undefined || card.side === side)
      .filter((card) => service === undefined || card.service === service)
      .filter((card) => owner === undefined || (card.owner ?? OPERATOR) === owner)
      .filter((card) => named === null || named(card.name))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    if (found.length === 0) throw invalid([{ pointer: '/cards', code: 'not_found', detail: 'no card is like this' }]);
    if (found.length > MAX_CARDS)
      throw invalid([
        { pointer: '/cards', code: 'too_many', detail: `${found.length} cards are; at most ${MAX_CARDS}` },
      ]);
    return found;
  }

  private async totals({ id }: BulkChange): Promise<Shown> {
    const { rows } = await this.options.pool.query<{ summary: string | null }>(
      'select summary from rate_import where bulk_id = $1',
      [id],
    );
    const changes = { new: 0, increase: 0, decrease: 0, changed: 0, unchanged: 0, withdrawn: 0 };
    let [losses, already, cards] = [0, 0, 0];
    for (const { summary } of rows) {
      if (summary === null) continue;
      const { diff, margin } = JSON.parse(summary) as ImportSummary;
      cards += 1;
      for (const kind of Object.keys(changes) as (keyof typeof changes)[]) changes[kind] += diff[kind];
      losses += margin.losses;
      already += margin.already;
    }
    return { cards, changes, margin: { losses, already } };
  }

  /** Versions that take effect after the change and so end what it does. */
  private laterVersions(cardId: string, after: number | null): Shown[] {
    if (after === null) return [];
    const versions = this.options.view.versions(cardId);
    const own = inForce(versions, after);
    return versions
      .filter(({ version, effectiveFrom }) => effectiveFrom > after && version !== own)
      .map(({ version, effectiveFrom }) => ({ version, effectiveFrom: formatInstant(effectiveFrom) }));
  }
}

function shownBulk({ cardsDone, cardsTotal, body, ...bulk }: BulkChange): Shown {
  const { effectiveFrom, createdAt, decidedAt } = bulk;
  const instant = (micros: number | null): string | null => (micros === null ? null : formatInstant(micros));
  return {
    ...bulk,
    effectiveFrom: instant(effectiveFrom),
    createdAt: instant(createdAt),
    decidedAt: instant(decidedAt),
    ...(body === null ? {} : { select: body.select, change: body.change }),
    progress: { cardsDone, cardsTotal },
  };
}

/** `*` stands for any text; everything else for itself. Linear: a pattern of stars costs nothing. */
export function patternOf(pattern: string): (text: string) => boolean {
  const parts = pattern.toLowerCase().split('*');
  const [first = '', ...rest] = parts;
  return (name) => {
    const text = name.toLowerCase();
    const last = rest.at(-1);
    if (last === undefined) return text === first;
    if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
    let at = first.length;
    const end = text.length - last.length;
    for (const part of rest.slice(0, -1)) {
      const found = text.indexOf(part, at);
      if (found < 0 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}

async function withinMs(work: Promise<void>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  await Promise.race([work, new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}
