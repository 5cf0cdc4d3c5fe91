import { Inject, Injectable } from '@nestjs/common';
import type { ClickHouse } from '@ratestream/clickhouse';
import type { Pool } from '@ratestream/postgres';
import { marginQuery } from '../margin/margin.query.js';
import type { Query } from '../margin/margin.query.js';
import { marginLine } from '../margin/margin.view.js';
import type { MarginRow } from '../margin/margin.view.js';
import { rejectedOn } from '../rejects/reject-count.js';
import type { PartitionLag } from '../sink/follow-lag.js';
import type { Party } from '../tenancy.js';
import { CLICKHOUSE, CLOCK, LAG, POSTGRES } from '../tokens.js';
import { lastMessages } from './last-messages.js';
import type { LastMessage, LastRow } from './last-messages.js';
import { CHART_SEC, chartQuery, lastQuery, latencyQuery, totalsQuery } from './live.queries.js';

/** Records not read yet, by reader and partition; as last seen. */
export type LagSource = () => readonly PartitionLag[];

export interface LiveMoney {
  readonly currency: string;
  readonly revenue: string;
  readonly cost: string;
  readonly margin: string;
  /** Revenue that is held and neither settled nor released yet. */
  readonly held: string;
}

/** What happens now, cut to what one party may see. */
export interface Live {
  /** ISO 8601 */
  readonly asOf: string;
  /** The last minute by second of rating, in order and without gaps; the last one may not be complete yet. */
  readonly perSecond: readonly { readonly t: string; readonly messages: number }[];
  /** Of today (UTC, by rating); `rejected` is 0 for tenants: a rejected record belongs to nobody yet. */
  readonly totals: {
    readonly messages: number;
    readonly rated: number;
    readonly unrated: number;
    readonly rejected: number;
  };
  readonly rejectReasons: readonly { readonly reason: string; readonly records: number }[];
  /** Of today (UTC, by billing). */
  readonly money: readonly LiveMoney[];
  /** From the append to cdr.raw to the row, over the last minute; null when nothing came. */
  readonly latency: { readonly p50Ms: number | null; readonly p99Ms: number | null };
  /** Empty for tenants. */
  readonly lag: readonly PartitionLag[];
  readonly last: readonly LastMessage[];
}

const CACHE_MS = 500;
const MS_PER_DAY = 86_400_000;
/** Scopes kept at once; the eldest goes. */
const MAX_CACHED = 200;
/** Rows read for each message listed: a long chain with failover has about as many legs. */
const ROWS_PER_MESSAGE = 12;

/** What the console's live page shows. Many open pages of one scope ask the stores once. */
@Injectable()
export class LiveView {
  private readonly cache = new Map<string, { at: number; answer: Promise<Live> }>();

  constructor(
    @Inject(CLICKHOUSE) private readonly clickHouse: ClickHouse,
    @Inject(POSTGRES) private readonly pool: Pool,
    @Inject(CLOCK) private readonly nowMs: () => number,
    @Inject(LAG) private readonly lag: LagSource,
  ) {}

  read(party: Party, count: number): Promise<Live> {
    const key = `${party.id}|${count}`;
    const now = this.nowMs();
    const known = this.cache.get(key);
    if (known !== undefined && now - known.at < CACHE_MS) return known.answer;
    const answer = this.fresh(party, count, now);
    this.cache.delete(key);
    this.cache.set(key, { at: now, answer });
    const [eldest] = this.cache.keys();
    if (this.cache.size > MAX_CACHED && eldest !== undefined) this.cache.delete(eldest);
    answer.catch(() => this.cache.delete(key));
    return answer;
  }

  private async fresh(party: Party, count: number, now: number): Promise<Live> {
    const day = new Date(now).toISOString().slice(0, 10);
    const isOperator = party.subtree === null;
    const rowLimit = count * ROWS_PER_MESSAGE;
    const [chart, latency, totals, money, last, rejected] = await Promise.all([
      this.run<{ second: number; messages: string }>(chartQuery(party)),
      this.run<Record<'measured' | 'p50' | 'p99', string | number>>(latencyQuery(party)),
      this.run<Record<'messages' | 'rated' | 'unrated', string>>(totalsQuery(party, day)),
      this.run<MarginRow>(marginOf(party, day, new Date(now + MS_PER_DAY).toISOString().slice(0, 10))),
      this.run<LastRow>(lastQuery(party, rowLimit)),
      isOperator ? rejectedOn(this.pool, day) : [],
    ]);
    const [total] = totals;
    const [measured] = latency;
    const known = measured !== undefined && Number(measured.measured) > 0;
    return {
      asOf: new Date(now).toISOString(),
      perSecond: withoutGaps(chart, now),
      totals: {
        messages: Number(total?.messages ?? 0),
        rated: Number(total?.rated ?? 0),
        unrated: Number(total?.unrated ?? 0),
        rejected: rejected.reduce((sum, { records }) => sum + records, 0),
      },
      rejectReasons: rejected,
      money: money.map(moneyOf),
      latency: {
        p50Ms: known ? Math.round(Number(measured.p50)) : null,
        p99Ms: known ? Math.round(Number(measured.p99)) : null,
      },
      lag: isOperator ? this.lag() : [],
      last: lastMessages(last, count, last.length < rowLimit),
    };
  }

  private run<T>({ sql, parameters }: Query): Promise<T[]> {
    return this.clickHouse.query<T>(sql, parameters);
  }
}

function marginOf(party: Party, from: string, to: string): Query {
  return marginQuery({
    party: party.id,
    partyLevel: party.level,
    subtree: party.subtree,
    groupBy: [],
    from,
    to,
    limit: 100,
    money: 'reporting',
  });
}

function moneyOf(row: MarginRow): LiveMoney {
  const { currency, revenue, cost, margin, heldRevenue } = marginLine(row, []);
  return { currency, revenue, cost, margin, held: heldRevenue };
}

/** One point a second up to the one before the present, which is still being rated. */
function withoutGaps(chart: readonly { second: number; messages: string }[], nowMs: number): Live['perSecond'] {
  const counts = new Map(chart.map(({ second, messages }) => [second, Number(messages)]));
  const end = Math.floor(nowMs / 1_000);
  return Array.from({ length: CHART_SEC }, (_, i) => {
    const second = end - CHART_SEC + i;
    return { t: new Date(second * 1_000).toISOString(), messages: counts.get(second) ?? 0 };
  });
}
