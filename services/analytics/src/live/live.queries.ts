import { OPERATOR } from '@ratestream/catalog';
import type { Query } from '../margin/margin.query.js';
import type { Party } from '../tenancy.js';

/** Seconds of the chart of messages per second. */
export const CHART_SEC = 60;
const LATENCY_WINDOW_SEC = 60;

/** A tenant sees the events of its own accounts; which of their legs, each query says. */
function scope(party: Party): string {
  return party.id === OPERATOR ? '' : ' AND account IN {subtree:Array(String)}';
}

function parametersOf(party: Party, more: Readonly<Record<string, unknown>> = {}): Query['parameters'] {
  return { party: party.id, partyLevel: party.level, subtree: party.subtree ?? [], ...more };
}

/** Messages by second of rating, seconds without any left out. */
export function chartQuery(party: Party): Query {
  return {
    sql: `SELECT toUnixTimestamp(toDateTime(rated_at)) AS second, uniqExact(message_id) AS messages FROM rated_legs
      WHERE rated_at >= now64(6) - INTERVAL ${CHART_SEC + 2} SECOND${scope(party)} GROUP BY second ORDER BY second`,
    parameters: parametersOf(party),
  };
}

/** How long the last minute's records took from the append to cdr.raw to their row. */
export function latencyQuery(party: Party): Query {
  return {
    sql: `SELECT count() AS measured, quantile(0.5)(waited) AS p50, quantile(0.99)(waited) AS p99 FROM (
        SELECT dateDiff('millisecond', raw_appended_at, inserted_at) AS waited FROM rated_legs
        WHERE rated_at >= now64(6) - INTERVAL ${LATENCY_WINDOW_SEC} SECOND AND leg <= 0 AND first_step${scope(party)}
      )`,
    parameters: parametersOf(party),
  };
}

/** A tenant sees its own sell legs and those below, and events that have no leg. */
function visible(party: Party): string {
  return party.id === OPERATOR
    ? '1'
    : "(side = '' OR (side = 'sell' AND level >= {partyLevel:Int32} AND payer IN {subtree:Array(String)}))";
}

/**
 * Messages of a UTC day of rating, by kind and whether a leg could not be priced. Reads the projection `messages`; whose leg
 * that was it does not know, so of a tenant the few unrated rows themselves are counted.
 */
export function totalsQuery(party: Party, day: string): Query {
  const unrated =
    party.id === OPERATOR
      ? "uniqCombinedMergeIf(state, unrated OR kind = 'unrated')"
      : `(SELECT uniqCombined(message_id) FROM rated_legs WHERE toStartOfMinute(rated_at) >= toDateTime({day:String}, 'UTC')
          AND (action = 'unrated' OR (kind = 'unrated' AND side = '')) AND ${visible(party)}${scope(party)})`;
  return {
    sql: `SELECT uniqCombinedMerge(state) AS messages, uniqCombinedMergeIf(state, kind = 'rated') AS rated, ${unrated} AS unrated
      FROM (
        SELECT kind, action = 'unrated' AS unrated, uniqCombinedState(message_id) AS state FROM rated_legs
        WHERE toStartOfMinute(rated_at) >= toDateTime({day:String}, 'UTC')${scope(party)} GROUP BY kind, unrated
      )`,
    parameters: parametersOf(party, { day: `${day} 00:00:00` }),
  };
}

/** Rows of the newest events that moved or should have moved money; a tenant gets its own sell legs and those below. */
export function lastQuery(party: Party, limit: number): Query {
  return {
    sql: `SELECT partition, offset, leg, message_id, part, toUnixTimestamp64Micro(rated_at) AS at, kind, event, account, country,
        recipient_prefix, mcc, mnc, reason, leg_reason, side, amount, currency, account_amount, account_currency, action, payer, payee, supplier, held_amount
      FROM rated_legs
      WHERE rated_at >= now64(6) - INTERVAL 1 DAY AND kind IN ('rated', 'unrated', 'adjustment', 'reversal')
        AND ${visible(party)}${scope(party)}
      ORDER BY rated_at DESC, partition, offset DESC, leg LIMIT {limit:UInt32}`,
    parameters: parametersOf(party, { limit }),
  };
}
