import type { Readable } from 'node:stream';
import { Inject, Injectable } from '@nestjs/common';
import { formatInstant, type CatalogView } from '@ratestream/catalog';
import { Cursor, pageOf, ProblemError, type Caller, type Page } from '@ratestream/http';
import { writeTable } from '@ratestream/rate-sheets';
import { z } from 'zod';
import { OFFERS } from '../http/tokens.js';
import type { StoredExchange } from '../what-if/exchange.js';
import type { BuyRoute, BuyTables, DestinationKey } from './buy-routes.js';
import { keyText } from './buy-routes.js';
import { compareDestination, type ComparedDestination, type ComparisonContext } from './compare-suppliers.js';
import type { ComparisonFilter, ComparisonQuery, ComparisonSheetQuery } from './comparison-requests.js';

export interface ComparisonOptions {
  view: CatalogView;
  tables: BuyTables;
  exchange: Pick<StoredExchange, 'now'>;
  /** The installation's, in which suppliers are compared. */
  currency: string;
  clock: () => number;
}

const keyCursor = z.tuple([z.string()]);
/** Destinations that are compared before others are let work. */
const BREATH = 500;

/** Suppliers side by side, for the operator alone. */
@Injectable()
export class ComparisonPort {
  constructor(@Inject(OFFERS) private readonly options: ComparisonOptions) {}

  async page(
    { limit, cursor, ...filter }: ComparisonQuery,
    caller: Caller,
  ): Promise<Page<ComparedDestination> & { currency: string; asOf: string }> {
    operatorOnly(caller);
    const { routes, keys, context } = await this.prepared(filter);
    const after = cursor === undefined ? null : Cursor.decode(keyCursor, cursor)[0];
    const found: ComparedDestination[] = [];
    for (const compared of this.compared(keys, routes, context, filter, after)) {
      if (compared === null) await breathe();
      else if (found.push(compared) > limit) break;
    }
    const page = pageOf(found, limit, ({ destination }) => [keyText(destination)]);
    return { currency: context.currency, asOf: formatInstant(context.asOf), ...page };
  }

  /** One line for each supplier of each destination, cheapest first. */
  async sheet(
    { format, ...filter }: ComparisonSheetQuery,
    caller: Caller,
  ): Promise<{ name: string; stream: Readable }> {
    operatorOnly(caller);
    const { routes, keys, context } = await this.prepared(filter);
    const compared = this.compared(keys, routes, context, filter, null);
    const rows = linesOf(compared, context.currency);
    const name = `suppliers-${formatInstant(context.asOf).slice(0, 10)}`;
    return { name, stream: writeTable({ name: 'Suppliers', columns: COLUMNS, rows }, format) };
  }

  private async prepared(
    filter: ComparisonFilter,
  ): Promise<{ routes: BuyRoute[]; keys: DestinationKey[]; context: ComparisonContext }> {
    const { view, tables, exchange, currency, clock } = this.options;
    const asOf = filter.asOf ?? clock();
    const { routes, keys } = await tables.at(asOf);
    const { trafficClass = null, senderType = null, originCountry = null, routeGrade = null } = filter;
    const { fx } = await exchange.now();
    const kind = { trafficClass, senderType, originCountry, routeGrade };
    return { routes, keys, context: { view, fx, currency, asOf, kind } };
  }

  /** Null now and then, so that the caller can let others work. */
  private *compared(
    keys: readonly DestinationKey[],
    routes: readonly BuyRoute[],
    context: ComparisonContext,
    { country, mcc, supplierId }: ComparisonFilter,
    after: string | null,
  ): Generator<ComparedDestination | null> {
    let looked = 0;
    for (const key of keys) {
      if (after !== null && keyText(key) <= after) continue;
      if ((country !== undefined && key.country !== country) || (mcc !== undefined && key.mcc !== mcc)) continue;
      if ((looked += 1) % BREATH === 0) yield null;
      const compared = compareDestination(key, routes, context);
      // A kind of message that nobody prices there is no destination.
      if (compared.prices.length === 0) continue;
      if (supplierId === undefined || compared.prices.some((one) => one.supplierId === supplierId)) yield compared;
    }
  }
}

const COLUMNS = [
  'Country',
  'MCC',
  'MNC',
  'Prefix',
  'Rank',
  'Supplier',
  'Supplier name',
  'Connection',
  'Rate card',
  'Version',
  'Rate',
  'Matched by',
  'Unit',
  'Price',
  'Currency',
  'Converted',
  'Surcharges',
  'Total',
  'Comparison currency',
  'Exchange rate',
  'Exchange rate date',
];

async function* linesOf(
  compared: Iterable<ComparedDestination | null>,
  currency: string,
): AsyncGenerator<(string | null)[]> {
  for (const one of compared) {
    if (one === null) {
      await breathe();
      continue;
    }
    const { destination, prices } = one;
    for (const [index, price] of prices.entries())
      yield [
        destination.country,
        destination.mcc,
        destination.mnc,
        destination.prefix,
        String(index + 1),
        price.supplierId,
        price.supplierName,
        price.connectionId,
        price.cardId,
        String(price.version),
        price.rateId,
        price.matchedBy,
        price.unit,
        price.price,
        price.currency,
        price.converted,
        price.surcharges.map((fee) => `${fee.name} ${fee.price}/${fee.unit}`).join('; '),
        price.total,
        currency,
        price.fx?.rate ?? null,
        price.fx?.rateDate ?? null,
      ];
  }
}

function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

export function operatorOnly(caller: Caller): void {
  if (!caller.isOperator) throw new ProblemError(403, 'operator_only', 'Only the operator may do this.');
}
