import { randomUUID } from 'node:crypto';
import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { formatInstant, type RateCard } from '@ratestream/catalog';
import {
  conflict,
  Cursor,
  idempotencyKeyReused,
  invalid,
  notFound,
  pageOf,
  ProblemError,
  type Caller,
  type Fault,
  type Page,
} from '@ratestream/http';
import { transaction, type Pool } from '@ratestream/postgres';
import { writeTable } from '@ratestream/rate-sheets';
import { z } from 'zod';
import type { CommandHeaders } from '../http/command-context.js';
import { shownImport } from '../http/import-port.js';
import { OFFERS } from '../http/tokens.js';
import type { ImportRunner } from '../imports/import-runner.js';
import { findImport, insertImport, type NewImport } from '../imports/import-store.js';
import { plainLayout } from '../imports/plain-layout.js';
import type { Shown } from '../queries/catalog-queries.js';
import { cursorInstant, cursorPlace } from '../queries/cursor-parts.js';
import { claim, keepAnswer, type Claim } from '../store/command-answers.js';
import { buildOffer, ratesOfOffer, type OfferRow } from './build-offer.js';
import { operatorOnly, type ComparisonOptions } from './comparison.port.js';
import type { OfferBody, OfferRowsQuery, OfferSheetQuery, OffersQuery, StageBody } from './offer-requests.js';
import { findOffer, insertOffer, listOffers, offerRows, type Offer } from './offer-store.js';

export interface OfferOptions extends ComparisonOptions {
  pool: Pool;
  runner: ImportRunner;
}

const newestCursor = z.tuple([cursorInstant, z.string(), cursorPlace]);
const placeCursor = z.tuple([cursorPlace]);

/** Price lists made from the best buy prices, for the operator alone. What leaves as a sheet names no cost and no supplier. */
@Injectable()
export class OfferPort {
  constructor(@Inject(OFFERS) private readonly options: OfferOptions) {}

  async create(body: OfferBody, caller: Caller, headers: CommandHeaders): Promise<Shown> {
    operatorOnly(caller);
    const { view, tables, exchange, clock } = this.options;
    this.check(body);
    const asked = headers.claimOf(caller, body);
    const createdAt = clock();
    const asOf = body.from.asOf ?? createdAt;
    const { routes, keys } = await tables.at(asOf);
    const { fx } = await exchange.now();
    const { rows, summary } = await buildOffer(keys, routes, { view, fx, currency: body.currency, asOf }, body);
    if (rows.length === 0)
      throw new ProblemError(
        422,
        'nothing_to_offer',
        `None of ${summary.destinations} destinations can be offered: ${JSON.stringify(summary.leftOut)}.`,
      );
    const { id = randomUUID(), name, currency, validUntil } = body;
    const offer = { id, name, currency, body, asOf, validUntil, createdBy: caller.keyId, createdAt, summary };
    const made = await this.once(asked, async (tx) => ({ id, version: await insertOffer(tx, offer, rows) }));
    return this.get(made.id, made.version, caller);
  }

  async list({ limit, cursor }: OffersQuery, caller: Caller): Promise<Page<Shown>> {
    operatorOnly(caller);
    const before = cursor === undefined ? null : Cursor.decode(newestCursor, cursor);
    const found = await listOffers(this.options.pool, limit + 1, before);
    const page = pageOf(found, limit, ({ createdAt, id, version }) => [createdAt, id, version]);
    return { ...page, items: page.items.map(shownOffer) };
  }

  async get(id: string, version: number | null, caller: Caller): Promise<Shown> {
    return shownOffer(await this.find(id, version, caller));
  }

  /** With what each price stands on. */
  async rows(id: string, { version, limit, cursor }: OfferRowsQuery, caller: Caller): Promise<Page<OfferRow>> {
    const rows = await offerRows(this.options.pool, await this.find(id, version ?? null, caller));
    const from = cursor === undefined ? 0 : Cursor.decode(placeCursor, cursor)[0];
    return pageOf(rows.slice(from, from + limit + 1), limit, () => [from + limit]);
  }

  /** What a customer gets. */
  async sheet(
    id: string,
    { version, format }: OfferSheetQuery,
    caller: Caller,
  ): Promise<{ name: string; stream: Readable }> {
    const offer = await this.find(id, version ?? null, caller);
    const rows = customerRows(await offerRows(this.options.pool, offer), offer);
    return { name: offer.name, stream: writeTable({ name: 'Offer', columns: CUSTOMER_COLUMNS, rows }, format) };
  }

  /** Puts the offer on a sell card as a staged import, to be approved like any other. */
  async stage(id: string, body: StageBody, caller: Caller, headers: CommandHeaders): Promise<Shown> {
    const { pool, view, runner, clock } = this.options;
    const offer = await this.find(id, body.version ?? null, caller);
    if (offer.validUntil !== null && offer.validUntil < clock())
      throw conflict('offer_expired', `The offer was valid until ${formatInstant(offer.validUntil)}.`);
    const cardId = body.cardId ?? offer.body.targetCardId;
    const card = this.sellCard(cardId, offer.currency);
    const one: NewImport = {
      id: randomUUID(),
      cardId: card.id,
      source: 'offer',
      bulkId: null,
      mode: body.mode,
      mapping: plainLayout(card.currency),
      mappingId: null,
      mappingVersion: null,
      fileName: `offer ${offer.id} version ${offer.version}`,
      bytes: 0,
      sha256: '',
      effectiveFrom: body.effectiveFrom,
      uploadedBy: caller.keyId,
      madeBy: [offer.createdBy],
      uploadedAt: clock(),
    };
    const asked = headers.claimOf(caller, { ...body, version: offer.version });
    const made = await this.once(asked, async (tx) => {
      await insertImport(tx, one);
      return { id: one.id, version: 1 };
    });
    if (made.id === one.id) {
      const staging = runner.alive(one.id, async () => {
        const rates = ratesOfOffer(await offerRows(pool, offer));
        const { base } = await runner.base(card.id, body.effectiveFrom ?? clock());
        const next =
          body.mode === 'full' ? rates : [...new Map([...base, ...rates.map((r) => [r.rateId, r] as const)]).values()];
        await runner.stage(one, card, next);
      });
      await staging.catch((error: unknown) => runner.fail(one.id, error));
    }
    const found = await findImport(pool, view.cards.get(card.id)?.id ?? '', made.id);
    if (found === null) throw notFound('import', made.id);
    return shownImport(found, caller, view);
  }

  private async find(id: string, version: number | null, caller: Caller): Promise<Offer> {
    operatorOnly(caller);
    const found = await findOffer(this.options.pool, id, version);
    if (found === null) throw notFound('offer', id);
    return found;
  }

  private check({ from, targetCardId, currency, validUntil }: OfferBody): void {
    const { view, clock } = this.options;
    const faults: Fault[] = [];
    for (const list of ['included', 'excluded'] as const)
      for (const [index, id] of (from.suppliers[list] ?? []).entries())
        if (!view.suppliers.has(id))
          faults.push({
            pointer: `/from/suppliers/${list}/${index}`,
            code: 'not_found',
            detail: `there is no supplier "${id}"`,
          });
    if (validUntil !== null && validUntil <= clock())
      faults.push({ pointer: '/validUntil', code: 'in_the_past', detail: 'lies in the past' });
    if (targetCardId !== null) {
      const fault = this.cardFault(targetCardId, currency);
      if (fault !== null) faults.push({ pointer: '/targetCardId', ...fault });
    }
    if (faults.length > 0) throw invalid(faults);
  }

  private sellCard(cardId: string | null, currency: string): RateCard {
    if (cardId === null)
      throw invalid([{ pointer: '/cardId', code: 'missing', detail: 'the offer has no target: name a sell card' }]);
    const fault = this.cardFault(cardId, currency);
    if (fault !== null) throw invalid([{ pointer: '/cardId', ...fault }]);
    return this.options.view.cards.get(cardId) as RateCard;
  }

  private cardFault(cardId: string, currency: string): { code: string; detail: string } | null {
    const card = this.options.view.cards.get(cardId);
    if (card === undefined) return { code: 'not_found', detail: `there is no rate card "${cardId}"` };
    if (card.side !== 'sell') return { code: 'not_a_sell_card', detail: `"${cardId}" is a buy card` };
    if (card.currency === currency) return null;
    return { code: 'other_currency', detail: `"${cardId}" is in ${card.currency}, the offer in ${currency}` };
  }

  /** The same Idempotency-Key with the same content names what was made then. */
  private async once(
    asked: Claim | null,
    make: (tx: Parameters<typeof insertOffer>[0]) => Promise<{ id: string; version: number }>,
  ): Promise<{ id: string; version: number }> {
    return transaction(this.options.pool, async (tx) => {
      const claimed = asked === null ? null : await claim(tx, asked);
      if (claimed?.outcome === 'other_request') throw idempotencyKeyReused();
      if (claimed?.outcome === 'answered') return claimed.answer as { id: string; version: number };
      const made = await make(tx);
      if (asked !== null) await keepAnswer(tx, asked, made);
      return made;
    });
  }
}

const CUSTOMER_COLUMNS = [
  'Country',
  'MCC',
  'MNC',
  'Prefix',
  'Traffic class',
  'Unit',
  'Price',
  'Currency',
  'Valid until',
];

function customerRows(rows: readonly OfferRow[], { currency, validUntil }: Offer): (string | null)[][] {
  const until = validUntil === null ? null : formatInstant(validUntil);
  return rows.map(({ country, mcc, mnc, prefix, trafficClass, unit, sell }) => [
    country,
    mcc,
    mnc,
    prefix,
    trafficClass,
    unit,
    sell,
    currency,
    until,
  ]);
}

function shownOffer({ body, asOf, validUntil, createdAt, ...offer }: Offer): Shown {
  const { from, markup, groups, rounding, targetCardId } = body;
  return {
    ...offer,
    asOf: formatInstant(asOf),
    validUntil: validUntil === null ? null : formatInstant(validUntil),
    createdAt: formatInstant(createdAt),
    from: { ...from, asOf: formatInstant(asOf) },
    markup,
    groups,
    rounding,
    targetCardId,
  };
}
