import { NAMESPACES, type RecordRef, type RejectedCdr, uuidV5 } from '@ratestream/events';
import type { CdrFaultCode } from '@ratestream/sms';

/** Why a record is in `cdr.rejected`. */
export type RejectReason =
  | CdrFaultCode
  | 'missing_source'
  | 'unknown_source'
  | 'bad_source'
  | 'bad_time'
  | 'bad_recipient'
  | 'unknown_account'
  | 'no_account'
  | 'out_of_scope'
  | 'ambiguous_receipt'
  | 'orphan_receipt'
  | 'internal_error';

const MOST_BYTES = 4096;
const MOST_SOURCE_CHARS = 128;
/** Lines of a log that are about no message stay what they are. */
const NEVER_REPLAYED: ReadonlySet<RejectReason> = new Set<RejectReason>(['not_a_record', 'empty']);

export interface Reject {
  readonly source: string;
  readonly reason: RejectReason;
  readonly message: string;
  /** Where the original lies, also for a replayed record. */
  readonly rawRef: RecordRef;
  readonly line: number | null;
  /** micros, broker time: the same record rejected twice is the same reject */
  readonly rejectedAt: number;
  readonly attempt: number;
  /** with the content blanked */
  readonly shown: string;
}

/** The dead letter of one line. Its id is of the place and the attempt, so that writing it twice is once. */
export function rejectedCdr(reject: Reject): RejectedCdr {
  const { reason, rawRef, line, attempt } = reject;
  const bytes = Buffer.from(reject.shown, 'utf8');
  return {
    rejectId: uuidV5(
      NAMESPACES.reject,
      `${rawRef.topic}/${rawRef.partition}/${rawRef.offset}/${line ?? ''}/${attempt}/${reason}`,
    ),
    source: reject.source.slice(0, MOST_SOURCE_CHARS),
    reason,
    message: reject.message.slice(0, 500),
    rawRef,
    line,
    rejectedAt: reject.rejectedAt,
    replayable: !NEVER_REPLAYED.has(reason),
    attempt,
    bytes: bytes.length > MOST_BYTES ? bytes.subarray(0, MOST_BYTES) : bytes,
    truncated: bytes.length > MOST_BYTES,
  };
}
