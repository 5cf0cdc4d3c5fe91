import { Inject, Injectable } from '@nestjs/common';
import { formatInstant, OPERATOR, type CatalogView } from '@ratestream/catalog';
import { conflict, Cursor, notFound, pageOf, ProblemError, type Caller, type Page } from '@ratestream/http';
import { writeTable } from '@ratestream/rate-sheets';
import type { Pool } from '@ratestream/postgres';
import type { Readable } from 'node:stream';
import { z } from 'zod';
import { allKeptRates } from '../imports/import-decisions.js';
import { findImport } from '../imports/import-store.js';
import { ratesOf } from '../imports/margin-cards.js';
import type { CatalogQueries, Shown } from '../queries/catalog-queries.js';
import { withPeople } from '../queries/people.js';
import { mayKnow } from '../queries/terms-from-above.js';
import { cursorPlace, newestCursor } from '../queries/cursor-parts.js';
import { NOTICES, QUERIES } from '../http/tokens.js';
import { readChunks } from '../store/row-chunks.js';
import { noticeChanges } from './notice-changes.js';
import type { NoticeDesk } from './notice-desk.js';
import type { NoticesQuery, SheetQuery } from './notice-requests.js';
import { changesTable, fullTable } from './notice-sheet.js';
import { findNotice, listNotices, lossesOf, type StoredNotice } from './notice-store.js';
import type { TermsChange } from './terms-change.js';
import type { WaitingLoss } from './waiting-losses.js';

export interface NoticePortOptions {
  pool: Pool;
  view: CatalogView;
  desk: NoticeDesk;
}

/** How an account sees the card that it pays by, where the card is above what it may know. */
const PARENT = 'parent';
const placeCursor = z.tuple([cursorPlace]);

/** Notices over HTTP: who was told what, in whose words. Accounts see their own, whoever issued one sees it whole. */
@Injectable()
export class NoticePort {
  constructor(
    @Inject(NOTICES) private readonly options: NoticePortOptions,
    @Inject(QUERIES) private readonly queries: CatalogQueries,
  ) {}

  async list({ cardId, accountId, limit, cursor }: NoticesQuery, caller: Caller): Promise<Page<Shown>> {
    const { pool, view } = this.options;
    const before = cursor === undefined ? null : Cursor.decode(newestCursor, cursor);
    // A card that the caller may not know of finds nothing, as one that is not there.
    if (cardId !== undefined && !this.issues(cardId, caller)) return { items: [], nextCursor: null };
    const seen = caller.isOperator
      ? null
      : {
          accounts: [...view.accounts.keys()].filter((id) => caller.sees(id)),
          cards: [...view.cards.keys()].filter((id) => this.issues(id, caller)),
        };
    const filter = { cardId: cardId ?? null, accountId: accountId ?? null, seen };
    const page = pageOf(await listNotices(pool, filter, limit + 1, before), limit, ({ issuedAt, id }) => [
      issuedAt,
      id,
    ]);
    return { ...page, items: page.items.map((notice) => this.shown(notice, caller)) };
  }

  async get(id: string, caller: Caller): Promise<Shown> {
    return this.shown(await this.find(id, caller), caller);
  }

  /** What the customer gets, as a stream with its file name. */
  async sheet(id: string, { kind, format }: SheetQuery, caller: Caller): Promise<{ name: string; stream: Readable }> {
    const { pool, view } = this.options;
    const { run, accountId } = await this.find(id, caller);
    const { cardId, version, baseVersion, effectiveFrom } = run;
    if (cardId === null)
      throw conflict('no_sheet', 'Its terms were changed, and no price list: a quote says what is paid.');
    const terms = { currency: view.cards.get(cardId)?.currency ?? '', effectiveFrom };
    const name = `${kind === 'full' ? 'price-list' : 'price-changes'}-${accountId}-${formatInstant(effectiveFrom).slice(0, 10)}`;
    if (kind === 'full') {
      const rates = ratesIn(version === null ? [] : readChunks(pool, 'rates', cardId, version));
      return { name, stream: writeTable(fullTable(rates, terms), format) };
    }
    const rates = (one: number | null) => (one === null ? [] : ratesOf(pool, cardId, one));
    const changes = noticeChanges(await rates(baseVersion), await rates(version));
    return { name, stream: writeTable(changesTable(changes, terms), format) };
  }

  /** Money lost below cost while increases wait; only for whoever issued the notice. */
  async losses(
    id: string,
    page: { limit: number; cursor?: string | undefined },
    caller: Caller,
  ): Promise<Page<WaitingLoss>> {
    const { run } = await this.find(id, caller);
    if (!this.issued(run, caller))
      throw new ProblemError(403, 'issuer_only', 'Only whoever issued the notice sees what it costs.');
    const from = page.cursor === undefined ? 0 : Cursor.decode(placeCursor, page.cursor)[0];
    const losses = await lossesOf(this.options.pool, run);
    const found = losses.slice(from, from + page.limit + 1);
    return pageOf(found, page.limit, () => [from + page.limit]);
  }

  /** What an approval of a staged import would mean for customers. */
  async preview(cardId: string, importId: string, caller: Caller): Promise<Shown> {
    this.queries.find('rate-cards', cardId, caller);
    const { pool, view, desk } = this.options;
    const card = view.cards.get(cardId);
    const found = await findImport(pool, cardId, importId);
    if (card === undefined || found === null) throw notFound('import', importId);
    if (found.status !== 'staged')
      throw new ProblemError(409, 'not_staged', `The import is ${found.status}, so there is nothing to decide.`);
    if (card.side !== 'sell')
      throw new ProblemError(409, 'not_a_sell_card', `"${cardId}" is a buy card: nobody is told of its prices.`);
    const { baseVersion, effectiveFrom } = found;
    const preview = await desk.preview(card, { baseVersion, next: await allKeptRates(pool, importId), effectiveFrom });
    return {
      ...preview,
      effectiveFrom: effectiveFrom === null ? null : formatInstant(effectiveFrom),
      earliest: formatInstant(preview.earliest),
    };
  }

  private async find(id: string, caller: Caller): Promise<StoredNotice> {
    const found = await findNotice(this.options.pool, id);
    if (found === null || !(caller.sees(found.accountId) || this.issued(found.run, caller)))
      throw notFound('notice', id);
    return found;
  }

  /** Whether the caller is whose card it is, or above. */
  private issues(cardId: string, caller: Caller): boolean {
    const card = this.options.view.cards.get(cardId);
    return card !== undefined && caller.sees(card.owner ?? OPERATOR);
  }

  /** Whether the caller is who changed the prices or terms, or above. */
  private issued({ cardId, terms }: StoredNotice['run'], caller: Caller): boolean {
    return cardId === null ? caller.sees(terms?.issuer ?? OPERATOR) : this.issues(cardId, caller);
  }

  /** Old and new without what a level above had given: whoever takes it from an account below does not learn its name. */
  private ownTerms(terms: TermsChange, caller: Caller): Shown {
    const { view } = this.options;
    const fields = terms.fields.map(({ field, from, to }) =>
      mayKnow(field, from, view, caller) ? { field, from, to } : { field, to },
    );
    return { ...terms, fields };
  }

  private shown({ id, accountId, issuedAt, run }: StoredNotice, caller: Caller): Shown {
    const { view } = this.options;
    const { kind, cardId, version, baseVersion, effectiveFrom, summary, waived, approvedBy, terms } = run;
    const { withdrawnAt = null } = view.everyVersion(cardId ?? '').find((one) => one.version === version) ?? {};
    const issuer = this.issued(run, caller);
    return {
      id,
      accountId,
      kind,
      cardId: issuer || cardId === null ? cardId : PARENT,
      version,
      currency: view.cards.get(cardId ?? '')?.currency ?? null,
      issuedAt: formatInstant(issuedAt),
      effectiveFrom: formatInstant(effectiveFrom),
      /** Another version has taken its place, or it was taken back. */
      withdrawnAt: withdrawnAt === null ? null : formatInstant(withdrawnAt),
      changes: summary?.changes ?? null,
      /** Which terms have changed; from what to what, for whoever changed them. */
      terms: terms === null ? null : issuer ? this.ownTerms(terms, caller) : { fields: fieldsOf(terms) },
      ...(issuer
        ? {
            baseVersion,
            ...withPeople({ approvedBy }, { view, caller }),
            waived,
            increases: summary?.increases ?? null,
            decreases: summary?.decreases ?? null,
            losses: summary?.losses ?? null,
          }
        : {}),
    };
  }
}

function fieldsOf({ fields }: TermsChange): { field: string }[] {
  return fields.map(({ field }) => ({ field }));
}

async function* ratesIn(chunks: ReturnType<typeof readChunks> | never[]) {
  for await (const { rates } of chunks) yield rates;
}
