import type { ChaosResult } from './run-chaos.js';

/** What a person reads at the end. */
export function report(result: ChaosResult): string {
  const { sent, faults, raw, money, replay } = result;
  const lines = [
    '',
    `${result.options.messages} messages, ${sent.records} records (${sent.duplicates} repeated, ${sent.garbage} garbage) in ${Math.round(sent.seconds)} s; ${faults.length} faults`,
    '',
    'fault                                                   back after      caught up after',
    ...faults.map(
      ({ part, what, backAfterSec, recoverySec }) =>
        `${`${part}: ${what}`.padEnd(56)}${seconds(backAfterSec).padStart(10)}${seconds(recoverySec).padStart(21)}`,
    ),
    '',
    `quiet ${seconds(result.catchUpSec)} after the last record and fault`,
    `full replay: ${replay.ratedEvents} rated events, ${replay.unchanged ? 'not a byte changed' : 'CHANGED'} (${seconds(replay.seconds)})`,
    `cdr.raw: ${raw.records} records = ${raw.withUsage} with usage + ${raw.rejected} rejected + ${raw.waiting} waiting + ${raw.lost.length} lost`,
    `  rejected: ${counts(raw.rejectReasons)}`,
    `money: ${money.parts} parts, ${money.legs} legs, ${money.timeouts} timed out, ${money.duplicates} duplicates with the replay, unrated: ${counts(money.unrated)}`,
    `  settled sell ${money.settledSell}, settled buy ${money.settledBuy}, held ${money.heldSell}`,
    `  priced by: ${counts(money.pricedBy)}`,
    `  oracle = rated = ledger = ClickHouse: ${money.faults.length === 0 ? 'yes, to the nano-unit' : 'NO'}`,
    ...money.faults.slice(0, 40).map((fault) => `  ${fault}`),
    ...raw.lost.slice(0, 20).map((place) => `  lost: ${place}`),
    '',
    result.exact ? 'exact' : 'NOT EXACT',
  ];
  return lines.join('\n');
}

function seconds(value: number | null): string {
  return value === null ? 'not before the next' : `${value.toFixed(1)} s`;
}

function counts(byReason: Record<string, number>): string {
  const entries = Object.entries(byReason).sort(([, a], [, b]) => b - a);
  return entries.length === 0 ? 'none' : entries.map(([reason, count]) => `${reason} ${count}`).join(', ');
}
