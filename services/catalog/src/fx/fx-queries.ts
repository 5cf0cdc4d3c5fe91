import { DEFAULT_FX, formatInstant, type FxRule, type FxTerms } from '@ratestream/catalog';
import type { Fx } from '@ratestream/events';
import { rateAgeDays, type FxBook } from '@ratestream/fx';
import { Cursor, pageOf, type Page } from '@ratestream/http';
import { formatMoney, parseMoney } from '@ratestream/money';
import { z } from 'zod';
import type { ConversionQuery, DaysQuery } from '../http/fx-requests.js';

export interface ShownDay {
  source: string;
  date: string;
  base: string;
  publishedAt: string;
  knownAt: string;
  rates: Record<string, string>;
}

export interface RuleAnswer {
  rule: FxRule;
  fallback: FxTerms['fallback'];
  /** null: no rate leads there; the leg would be unrated, `no_fx_rate`. */
  fx: Fx | null;
  /** Whole days from the rate's date to the billing time; null where the rate is of no one day. */
  ageDays: number | null;
  /** The amount converted; null without an amount or a rate. */
  converted: string | null;
}

export interface ShownConversion {
  from: string;
  to: string;
  source: string;
  asOf: string;
  knownAt: string;
  timeZone: string;
  amount: string | null;
  rules: RuleAnswer[];
}

const dateCursor = z.tuple([z.iso.date()]);

/** What the catalog knows of exchange rates, as known at an instant. */
export class FxQueries {
  constructor(
    private readonly fx: FxBook,
    private readonly clock: () => number,
  ) {}

  /** Days of a source, newest first. */
  days({ source, from, to, currency, knownAt, limit, cursor }: DaysQuery): Page<ShownDay> {
    const before = cursor === undefined ? null : Cursor.decode(dateCursor, cursor)[0];
    const known = knownAt ?? Infinity;
    const found = this.fx
      .days(source, known)
      .filter(({ date }) => (from ?? '') <= date && (to === undefined || date <= to) && (before ?? '9999-99') > date)
      .toReversed();
    const page = pageOf(found.slice(0, limit + 1), limit, ({ date }) => [date]);
    return {
      ...page,
      items: page.items.map(({ date, base, publishedAt, rates }) => ({
        source,
        date,
        base,
        publishedAt: formatInstant(publishedAt),
        knownAt: formatInstant(this.fx.knownSince(source, date, known) ?? 0),
        rates: currency === undefined ? { ...rates } : pick(rates, currency),
      })),
    };
  }

  /** Which rule gives which rate for a pair at a billing time. */
  conversion(query: ConversionQuery): ShownConversion {
    const now = this.clock();
    const { from, to, source, timeZone, spreadPercent = null } = query;
    const [at, knownAt] = [query.asOf ?? now, query.knownAt ?? now];
    const amount = query.amount === undefined ? null : parseMoney(query.amount);
    const asked: [FxRule, FxTerms['fallback']][] = [
      ['event', 'previous'],
      ['invoice', 'previous'],
      ['invoice', 'next'],
      ['period_end', 'previous'],
      ['period_end', 'next'],
      ['period_average', 'previous'],
    ];
    const rules = asked.map(([rule, fallback]): RuleAnswer => {
      const terms = { ...DEFAULT_FX, source, rule, fallback, spreadPercent };
      const conversion = this.fx.convert({ from, to, terms, at, timeZone, knownAt });
      const date = conversion === null || rule === 'period_average' ? '' : conversion.fx.rateDate;
      return {
        rule,
        fallback,
        fx: conversion?.fx ?? null,
        ageDays: rateAgeDays(date, at),
        converted: conversion === null || amount === null ? null : formatMoney(conversion.apply(amount)),
      };
    });
    return {
      ...{ from, to, source, asOf: formatInstant(at), knownAt: formatInstant(knownAt), timeZone },
      amount: amount === null ? null : formatMoney(amount),
      rules,
    };
  }
}

function pick(rates: Readonly<Record<string, string>>, currency: string): Record<string, string> {
  const rate = rates[currency];
  return rate === undefined ? {} : { [currency]: rate };
}
