import type { Logger } from '@ratestream/observability';
import type { logCreator } from 'kafkajs';
import { logLevel } from './kafkajs.js';

/** Lines that the client writes as errors and that are the ordinary course of transactions, rebalances and restarts. */
const ORDINARY = [
  'CONCURRENT_TRANSACTIONS',
  'another concurrent operation on the same transaction',
  'ongoing transaction',
  'Limiting retries for the idempotent producer',
  'group coordinator is not available',
  'The group is rebalancing',
  'The coordinator is loading',
  'coordinator is not aware of this member',
  'This is not the correct coordinator',
  'There is no leader for this topic-partition',
  'This server is not the leader',
  'is not available',
];

/** A broker that is away makes each of a task's connections complain several times a second. */
const SAY_AGAIN_MS = 10_000;

/**
 * The client's log as ours: its namespace as a field, the ordinary course of things as `debug`, and what it repeats
 * said once in ten seconds, with how often.
 */
export function clientLog(logger: Logger): logCreator {
  const said = new Map<string, { at: number; withheld: number }>();
  const repeated = (message: string): number | null => {
    const now = performance.now();
    const last = said.get(message);
    if (last !== undefined && now - last.at < SAY_AGAIN_MS) {
      last.withheld++;
      return null;
    }
    said.set(message, { at: now, withheld: 0 });
    return last?.withheld ?? 0;
  };
  return () =>
    ({ namespace, level, log }) => {
      const { message, timestamp: _timestamp, logger: _logger, ...rest } = log;
      const text = `${message} ${String(rest['error'] ?? '')}`;
      const fields = { ...rest, part: namespace };
      const ordinary = level === logLevel.DEBUG || level === logLevel.INFO || ORDINARY.some((o) => text.includes(o));
      const withheld = ordinary ? null : repeated(message);
      if (withheld === null) logger.debug(fields, message);
      else if (level === logLevel.WARN) logger.info({ ...fields, withheld }, message);
      // The client also calls an error what it then retries; what it gives up on reaches us as a thrown error.
      else logger.warn({ ...fields, withheld }, message);
    };
}
