import { Inject, Injectable } from '@nestjs/common';
import type { ClickHouse } from '@ratestream/clickhouse';
import { formatMoney, parseMoney } from '@ratestream/money';
import type { Pool } from '@ratestream/postgres';
import { marginQuery } from '../margin/margin.query.js';
import { marginLine } from '../margin/margin.view.js';
import type { MarginLine, MarginRow } from '../margin/margin.view.js';
import { rejectedOn } from '../rejects/reject-count.js';
import type { Party } from '../tenancy.js';
import { CLICKHOUSE, CLOCK, LAG, POSTGRES } from '../tokens.js';
import { RATE_WINDOW_SEC, kindsQuery, lastQuery, paceQuery } from './live.queries.js';

/** Offsets of `rated` that are not yet in ClickHouse, over all partitions. */
export type SinkLag = () => number | null;

export interface LiveMessage {
  readonly messageId: string;
  readonly ratedId: string;
  /** ISO 8601 */
  readonly at: string;
  readonly kind: string;
  readonly event: string;
  readonly status: string;
  readonly account: string;
  readonly country: string;
  readonly network: string;
  readonly trafficClass: string;
  readonly reason: string;
  readonly currency: string;
  readonly revenue: string;
  readonly cost: string;
  readonly margin: string;
  readonly heldRevenue: string;
}

export interface Live {
  readonly at: string;
  readonly messagesPerSec: number;
  readonly eventsPerSec: number;
  /** UTC day of rating */
  readonly today: {
    readonly day: string;
    readonly events: number;
    readonly rated: number;
    readonly unrated: number;
    readonly noted: number;
    readonly unratedLegs: number;
    /** Null for tenants: a rejected record belongs to nobody yet. */
    readonly rejected: {
      readonly total: number;
      readonly reasons: readonly { reason: string; records: number }[];
    } | null;
  };
  readonly money: readonly Omit<MarginLine, 'group'>[];
  /** From the append to cdr.raw to the row, over the last minute; null when nothing came. */
  readonly latencyMs: { readonly p50: number; readonly p99: number } | null;
  /** Null for tenants. */
  readonly lag: number | null;
  readonly last: readonly LiveMessage[];
}

const CACHE_MS = 500;
const MS_PER_DAY = 86_400_000;
/** Scopes kept at once; the eldest goes. */
const MAX_CACHED = 200;

/** What the console's live page shows. Many open pages of one scope ask the stores once. */
@Injectable()
export class LiveView {
  private readonly cache = new Map<string, { at: number; answer: Promise<Live> }>();

  constructor(
    @Inject(CLICKHOUSE) private readonly clickHouse: ClickHouse,
    @Inject(POSTGRES) private readonly pool: Pool,
    @Inject(CLOCK) private readonly nowMs: () => number,
    @Inject(LAG) private readonly lag: SinkLag,
  ) {}

  read(party: Party, limit: number): Promise<Live> {
    const key = `${party.id}|${limit}`;
    const now = this.nowMs();
    const known = this.cache.get(key);
    if (known !== undefined && now - known.at < CACHE_MS) return known.answer;
    const answer = this.fresh(party, limit, now);
    this.cache.delete(key);
    this.cache.set(key, { at: now, answer });
    const [eldest] = this.cache.keys();
    if (this.cache.size > MAX_CACHED && eldest !== undefined) this.cache.delete(eldest);
    answer.catch(() => this.cache.delete(key));
    return answer;
  }

  private async fresh(party: Party, limit: number, now: number): Promise<Live> {
    const day = new Date(now).toISOString().slice(0, 10);
    const tomorrow = new Date(now + MS_PER_DAY).toISOString().slice(0, 10);
    const isOperator = party.subtree === null;
    const margin = marginQuery({
      party: party.id,
      partyLevel: party.level,
      subtree: party.subtree,
      groupBy: [],
      from: day,
      to: tomorrow,
      limit: 100,
    });
    const run = <T>({
      sql,
      parameters,
    }: {
      sql: string;
      parameters: Readonly<Record<string, unknown>>;
    }): Promise<T[]> => this.clickHouse.query<T>(sql, parameters);
    const [pace, kinds, money, last, rejected] = await Promise.all([
      run<Pace>(paceQuery(party)),
      run<Kind>(kindsQuery(party, day)),
      run<MarginRow>(margin),
      run<LastRow>(lastQuery(party, limit)),
      isOperator ? rejectedOn(this.pool, day) : null,
    ]);
    const eventsOf = (kind: string): number => Number(kinds.find((row) => row.kind === kind)?.events ?? 0);
    const [tempo] = pace;
    return {
      at: new Date(now).toISOString(),
      messagesPerSec: Number(tempo?.messages ?? 0) / RATE_WINDOW_SEC,
      eventsPerSec: Number(tempo?.events ?? 0) / RATE_WINDOW_SEC,
      today: {
        day,
        events: kinds.reduce((sum, row) => sum + Number(row.events), 0),
        rated: eventsOf('rated'),
        unrated: eventsOf('unrated'),
        noted: eventsOf('noted'),
        unratedLegs: kinds.reduce((sum, row) => sum + Number(row.unrated_legs), 0),
        rejected:
          rejected === null ? null : { total: rejected.reduce((sum, row) => sum + row.records, 0), reasons: rejected },
      },
      money: money.map((row) => withoutGroup(marginLine(row, []))),
      latencyMs:
        tempo === undefined || Number(tempo.measured) === 0
          ? null
          : { p50: Math.round(Number(tempo.p50)), p99: Math.round(Number(tempo.p99)) },
      lag: isOperator ? this.lag() : null,
      last: last.map(messageOf),
    };
  }
}

type Pace = Record<'messages' | 'events' | 'p50' | 'p99' | 'measured', string | number | null>;
type Kind = Record<'kind' | 'events' | 'unrated_legs', string>;
type LastRow = Record<
  | 'rated_id'
  | 'message_id'
  | 'kind'
  | 'event'
  | 'status'
  | 'account'
  | 'country'
  | 'mcc'
  | 'mnc'
  | 'traffic_class'
  | 'reason'
  | 'leg_reason'
  | 'at'
  | 'currency'
  | 'revenue'
  | 'cost'
  | 'held_revenue',
  string
>;

function messageOf(row: LastRow): LiveMessage {
  const revenue = parseMoney(row.revenue);
  const cost = parseMoney(row.cost);
  return {
    messageId: row.message_id,
    ratedId: row.rated_id,
    at: new Date(Number(row.at) / 1_000).toISOString(),
    kind: row.kind,
    event: row.event,
    status: row.status,
    account: row.account,
    country: row.country,
    network: row.mcc === '' ? '' : `${row.mcc}-${row.mnc}`,
    trafficClass: row.traffic_class,
    reason: row.reason === '' ? row.leg_reason : row.reason,
    currency: row.currency,
    revenue: formatMoney(revenue),
    cost: formatMoney(cost),
    margin: formatMoney(revenue - cost),
    heldRevenue: formatMoney(parseMoney(row.held_revenue)),
  };
}

function withoutGroup({ group: _, ...sums }: MarginLine): Omit<MarginLine, 'group'> {
  return sums;
}
