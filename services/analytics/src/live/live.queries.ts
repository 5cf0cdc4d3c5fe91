import { OPERATOR } from '@ratestream/catalog';
import type { Party } from '../tenancy.js';
import type { Query } from '../margin/margin.query.js';

/** Seconds over which messages per second are counted. */
export const RATE_WINDOW_SEC = 10;
const LATENCY_WINDOW_SEC = 60;
/** Rows looked at for the last messages; an event has one to a handful. */
const LAST_ROWS = 200;

/** The rows that a party may see at all: its accounts' events; on the way to money its own legs only. */
function scope(party: Party): string {
  return party.id === OPERATOR ? '' : ' AND account IN {subtree:Array(String)}';
}

function parametersOf(party: Party, more: Readonly<Record<string, unknown>> = {}): Query['parameters'] {
  return { party: party.id, subtree: party.subtree ?? [], ...more };
}

/** Events of the last seconds, and how long they took from the gateway's record to this table. */
export function paceQuery(party: Party): Query {
  return {
    sql: `SELECT uniqIf(message_id, recent) AS messages, countIf(recent AND leg <= 0) AS events,
        quantileIf(0.5)(waited, cause = 'usage') AS p50, quantileIf(0.99)(waited, cause = 'usage') AS p99,
        countIf(cause = 'usage') AS measured
      FROM (
        SELECT message_id, leg, cause, rated_at >= now64(6) - INTERVAL ${RATE_WINDOW_SEC} SECOND AS recent,
          dateDiff('millisecond', raw_appended_at, inserted_at) AS waited
        FROM rated_legs WHERE rated_at >= now64(6) - INTERVAL ${LATENCY_WINDOW_SEC} SECOND${scope(party)}
      )`,
    parameters: parametersOf(party),
  };
}

/** Events of a UTC day of rating, by kind. Reads the projection `minutes`. */
export function kindsQuery(party: Party, day: string): Query {
  return {
    sql: `SELECT kind, countIf(leg <= 0) AS events, countIf(action = 'unrated') AS unrated_legs FROM rated_legs
      WHERE toStartOfMinute(rated_at) >= toDateTime({day:String}, 'UTC')${scope(party)} GROUP BY kind ORDER BY kind`,
    parameters: parametersOf(party, { day: `${day} 00:00:00` }),
  };
}

/** The newest events that moved or should have moved money. */
export function lastQuery(party: Party, limit: number): Query {
  return {
    sql: `SELECT partition, offset, any(rated_id) AS rated_id, any(message_id) AS message_id, any(kind) AS kind,
        any(event) AS event, any(status) AS status, any(account) AS account, any(country) AS country, any(mcc) AS mcc,
        any(mnc) AS mnc, any(traffic_class) AS traffic_class, any(reason) AS reason, max(leg_reason) AS leg_reason,
        toUnixTimestamp64Micro(any(at)) AS at, max(currency) AS currency,
        sumIf(amount, payee = {party:String}) AS revenue, sumIf(amount, payer = {party:String}) AS cost,
        sumIf(held_amount - held_freed, payee = {party:String}) AS held_revenue
      FROM (
        SELECT partition, offset, rated_id, message_id, kind, event, status, account, country, mcc, mnc, traffic_class, reason,
          if(payee = {party:String} OR payer = {party:String}, leg_reason, '') AS leg_reason, rated_at AS at,
          if(payee = {party:String} OR payer = {party:String}, currency, '') AS currency,
          amount, held_amount, held_freed, payee, payer
        FROM rated_legs WHERE rated_at >= now64(6) - INTERVAL 1 DAY AND kind IN ('rated', 'unrated', 'adjustment', 'reversal')${scope(party)}
        ORDER BY rated_at DESC LIMIT ${LAST_ROWS}
      ) GROUP BY partition, offset ORDER BY at DESC, partition, offset DESC LIMIT {limit:UInt32}`,
    parameters: parametersOf(party, { limit }),
  };
}
