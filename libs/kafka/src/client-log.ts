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

/** The client's log as ours: its namespace as a field, its ordinary noise as `debug`. */
export function clientLog(logger: Logger): logCreator {
  return () =>
    ({ namespace, level, log }) => {
      const { message, timestamp: _timestamp, logger: _logger, ...rest } = log;
      const text = `${message} ${String(rest['error'] ?? '')}`;
      const fields = { ...rest, part: namespace };
      if (level === logLevel.DEBUG || ORDINARY.some((o) => text.includes(o))) logger.debug(fields, message);
      else if (level === logLevel.INFO) logger.debug(fields, message);
      else if (level === logLevel.WARN) logger.info(fields, message);
      // The client also calls an error what it then retries; what it gives up on reaches us as a thrown error.
      else logger.warn(fields, message);
    };
}
