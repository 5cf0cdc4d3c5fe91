import { StoreError, type ClickHouse } from '@ratestream/clickhouse';
import { ASKED_FOR, legGroupOf, pairGroupOf, PRICED_BY } from './group-columns.js';
import {
  TrafficUnknown,
  type LegGroup,
  type PairQuery,
  type Pairs,
  type TrafficQuery,
  type TrafficReader,
  type TrafficSlice,
} from './traffic-reader.js';

/** More groups than this are asked for in halves of the time, so that none of them fills our memory. */
const MAX_GROUPS = 100_000;
const MIN_SPAN_MICROS = 1_000_000;
const QUERY_TIMEOUT_MS = 120_000;
/** For all of them together. An import waits for it: later than this its losses are told without traffic. */
const PAIRS_TIMEOUT_MS = 40_000;
/** Of all partitions together. */
const MAX_PAIRS = 100_000;
/** Of the server, for one query: a month of a big installation's messages is joined in parts of it. */
const MAX_MEMORY_BYTES = 4 * 2 ** 30;
const PING_TIMEOUT_MS = 3_000;

type Row = Readonly<Record<string, unknown>>;

/** Past traffic as analytics keeps it in ClickHouse; read only. */
export class ClickHouseTraffic implements TrafficReader {
  /** `clickHouse` null: none is configured. */
  constructor(
    private readonly clickHouse: Pick<ClickHouse, 'query'> | null,
    private readonly maxPairs = MAX_PAIRS,
  ) {}

  async ping(): Promise<void> {
    await this.ask('SELECT 1 FROM rated_legs LIMIT 0', {}, PING_TIMEOUT_MS);
  }

  async slices(query: TrafficQuery): Promise<TrafficSlice[]> {
    const { where, parameters } = whereOf(query);
    const rows = await this.ask(
      `SELECT partition, count() AS rows FROM rated_legs
       WHERE ${where} AND action IN ('settle', 'reverse', 'unrated') GROUP BY partition ORDER BY partition`,
      parameters,
    );
    return rows.map((row) => ({ partition: Number(row['partition']), rows: Number(row['rows']) }));
  }

  async payers(query: TrafficQuery): Promise<string[]> {
    const { where, parameters } = whereOf(query);
    const rows = await this.ask(`SELECT DISTINCT payer FROM rated_legs WHERE ${where} ORDER BY payer`, parameters);
    return rows.map((row) => String(row['payer']));
  }

  async *groups(query: TrafficQuery, slice: TrafficSlice): AsyncGenerator<LegGroup[]> {
    yield* this.halved(query, (span) => this.charged(span, slice));
    yield* this.halved(query, (span) => this.changed(span, slice));
  }

  async pairs(query: PairQuery): Promise<Pairs> {
    const until = performance.now() + PAIRS_TIMEOUT_MS;
    const left = (): number => Math.max(1, Math.floor(until - performance.now()));
    const partitions = await this.ask('SELECT DISTINCT partition FROM rated_legs ORDER BY partition', {}, left());
    const limit = this.maxPairs;
    const found: Pairs = { groups: [], cut: false };
    // A message lies in one partition, so that each can be joined by itself in a part of the memory.
    for (const { partition } of partitions) {
      const { sql, parameters } = pairsOf(query, Number(partition));
      // Not a share each: of an installation with one big customer nearly all lies in one of them.
      for (const row of await this.ask(sql, { ...parameters, limit: limit + 1 }, left()))
        found.groups.push(pairGroupOf(row));
      if (found.groups.length <= limit) continue;
      found.groups.sort((a, b) => b.units - a.units).length = limit;
      found.cut = true;
    }
    return found;
  }

  /** Legs that were charged once and never touched again: by far the most. */
  private charged(query: TrafficQuery, { partition }: TrafficSlice): Promise<Row[]> {
    const { where, parameters } = whereOf(query);
    return this.ask(
      `SELECT ${ASKED_FOR.join(', ')}, ${PRICED_BY.join(', ')}, ${DIGITS} AS digits, part = 1 AS first_part,
         ${INTERVAL} AS span_no, toUnixTimestamp64Micro(min(billing_time)) AS at, 'settle' AS last,
         count() AS legs, sum(units) AS billed, sum(amount) AS charged, sum(account_amount) AS debited, sum(reporting_amount) AS reported
       FROM rated_legs
       WHERE partition = {partition:UInt16} AND ${where} AND action = 'settle' AND leg_id NOT IN (${CHANGED})
       GROUP BY ${ASKED_FOR.join(', ')}, ${PRICED_BY.join(', ')}, digits, first_part, span_no
       LIMIT {limit:UInt32}`,
      { ...parameters, partition, limit: MAX_GROUPS + 1 },
    );
  }

  /**
   * Legs that were corrected or could not be priced, each as its last step left it: the steps of a correction tell
   * different destinations, so only the last of them says what the leg is priced by now.
   */
  private changed(query: TrafficQuery, { partition }: TrafficSlice): Promise<Row[]> {
    const { where, parameters } = whereOf(query);
    const inner = [
      ...ASKED_FOR,
      ...PRICED_BY,
      'leg_reason',
      'billing_time',
      'amount',
      'account_amount',
      'reporting_amount',
      'units',
    ];
    const lasts = [...inner, 'recipient_prefix', 'action', 'part', 'message_id', 'side'];
    const keys = [...ASKED_FOR, ...PRICED_BY, 'leg_reason'].join(', ');
    return this.ask(
      `SELECT ${keys}, digits, first_part, span_no, last, if(last = 'unrated', seen, []) AS events,
         toUnixTimestamp64Micro(min(billing_time)) AS at, count() AS legs, sum(units) AS billed,
         sum(amount) AS charged, sum(account_amount) AS debited, sum(reporting_amount) AS reported
       FROM (
         SELECT *, ${DIGITS} AS digits, part = 1 AS first_part, ${INTERVAL} AS span_no, action AS last
         FROM (
           SELECT ${lasts.map((column, at) => `step.${at + 1} AS ${column}`).join(', ')} FROM (
             SELECT argMax(tuple(${lasts.join(', ')}), (offset, leg)) AS step FROM rated_legs
             WHERE partition = {partition:UInt16} AND leg_id IN (${CHANGED}) GROUP BY leg_id
           )
         )
         WHERE ${where} AND action IN ('settle', 'unrated')
       ) AS legs LEFT JOIN (
         SELECT message_id, part, arraySort(groupUniqArray(event)) AS seen FROM rated_legs
         WHERE partition = {partition:UInt16} AND message_id IN (
           SELECT message_id FROM rated_legs WHERE partition = {partition:UInt16} AND action = 'unrated' AND ${SPAN}
         ) GROUP BY message_id, part
       ) AS steps ON legs.message_id = steps.message_id AND legs.part = steps.part
       GROUP BY ${keys}, digits, first_part, span_no, last, events
       LIMIT {limit:UInt32}`,
      { ...parameters, partition, limit: MAX_GROUPS + 1 },
    );
  }

  private async *halved(query: TrafficQuery, ask: (span: TrafficQuery) => Promise<Row[]>): AsyncGenerator<LegGroup[]> {
    const rows = await ask(query);
    const span = query.to - query.from;
    if (rows.length <= MAX_GROUPS || span <= MIN_SPAN_MICROS) {
      if (rows.length > 0) yield rows.map((row) => legGroupOf(row, query.side));
      return;
    }
    const middle = query.from + Math.floor(span / 2);
    yield* this.halved({ ...query, to: middle }, ask);
    yield* this.halved({ ...query, from: middle }, ask);
  }

  private async ask(
    sql: string,
    parameters: Readonly<Record<string, unknown>>,
    timeoutMs = QUERY_TIMEOUT_MS,
  ): Promise<Row[]> {
    if (this.clickHouse === null) throw new TrafficUnknown('No ClickHouse is configured.');
    try {
      return await this.clickHouse.query<Row>(sql, parameters, { timeoutMs, maxMemoryBytes: MAX_MEMORY_BYTES });
    } catch (error) {
      if (error instanceof StoreError) throw new TrafficUnknown(error.message, { cause: error });
      throw error;
    }
  }
}

const SPAN =
  'billing_time >= fromUnixTimestamp64Micro({from:Int64}) AND billing_time < fromUnixTimestamp64Micro({to:Int64})';
const DIGITS = 'substring(recipient_prefix, 1, {digits:UInt8})';
const INTERVAL = 'arrayCount(instant -> instant <= toUnixTimestamp64Micro(billing_time), {boundaries:Array(Int64)})';
/** Legs with another step than one settlement. */
const CHANGED = `SELECT leg_id FROM rated_legs
  WHERE partition = {partition:UInt16} AND side = {side:String} AND action IN ('reverse', 'unrated') AND ${SPAN}`;

function pairsOf(
  { from, to, party, cardId, digits }: PairQuery,
  partition: number,
): { sql: string; parameters: Readonly<Record<string, unknown>> } {
  // A tenant's cost is what it pays its parent; the operator's is what suppliers carried.
  const side = party === 'operator' ? 'buy' : 'sell';
  const legs = `partition = {partition:UInt16} AND ${SPAN} AND action IN ('settle', 'reverse')`;
  const keys = [...PRICED_BY, 'country', 'mcc', 'mnc'].join(', ');
  return {
    sql: `SELECT sold.card AS sell_card, bought.card_id AS buy_card, ${keys}, digits, first_part, sum(bought.units) AS billed
      FROM (
        SELECT message_id, part, card_id, units, ${keys}, ${DIGITS} AS digits, part = 1 AS first_part FROM rated_legs
        WHERE ${legs} AND payer = {party:String} AND side = '${side}'
      ) AS bought INNER JOIN (
        SELECT message_id, part, argMax(card_id, (offset, leg)) AS card FROM rated_legs
        WHERE ${legs} AND payee = {party:String} AND side = 'sell' GROUP BY message_id, part
      ) AS sold ON bought.message_id = sold.message_id AND bought.part = sold.part
      WHERE {cardId:String} = '' OR sold.card = {cardId:String} OR bought.card_id = {cardId:String}
      GROUP BY sell_card, buy_card, ${keys}, digits, first_part HAVING billed != 0
      ORDER BY billed DESC LIMIT {limit:UInt32}`,
    parameters: { from, to, party, cardId: cardId ?? '', digits, partition },
  };
}

function whereOf(query: TrafficQuery): { where: string; parameters: Readonly<Record<string, unknown>> } {
  const { from, to, side, cards, payers, within, accounts, boundaries, digits } = query;
  const where = [
    SPAN,
    'side = {side:String}',
    '(card_id IN {cards:Array(String)} OR payer IN {payers:Array(String)})',
    ...(within === null ? [] : ['payer IN {within:Array(String)}']),
    ...(accounts === null ? [] : ['account IN {accounts:Array(String)}']),
  ].join(' AND ');
  return {
    where,
    parameters: {
      from,
      to,
      side,
      cards: [...cards],
      payers: [...payers],
      boundaries: [...boundaries],
      digits,
      ...(within === null ? {} : { within: [...within] }),
      ...(accounts === null ? {} : { accounts: [...accounts] }),
    },
  };
}
