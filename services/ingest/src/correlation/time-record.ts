import type { CorrelationRecord } from '@ratestream/events';

/** `key` of a record that only moves the stream's time on. */
export const TIME = 'time';
/** `key` of a record that says up to which time raw input has registered here. */
export const READ = 'read';

/** A record of the log that is about no message: a time, ms of the broker, that the fold is to know. */
export function timeRecord(key: typeof TIME | typeof READ, atMs: number): CorrelationRecord {
  return {
    kind: 'register',
    key,
    reading: 'string',
    keys: [],
    usage: null,
    messageId: null,
    account: null,
    rootPayer: null,
    chain: [],
    attempt: null,
    part: null,
    at: atMs * 1000,
    line: null,
  };
}
