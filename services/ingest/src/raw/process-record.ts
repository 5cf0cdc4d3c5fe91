import type { Source } from '@ratestream/catalog';
import type { RejectedCdr, UsageEvent } from '@ratestream/events';
import type { InRecord } from '@ratestream/kafka';
import { blankText, type CdrLine, isFault, readRecords, type RecordFormat, ZoneClock } from '@ratestream/sms';
import {
  askForParts,
  askOf,
  connectionKnownTo,
  type Correlated,
  isConcatenated,
  isTellable,
  type Named,
  namesMessage,
  registrationsOf,
} from '../correlation/keys.js';
import type { LinePlace } from '../enrich/identity.js';
import type { Numbering } from '../enrich/network.js';
import { accountOf, type SourceView } from '../enrich/source-view.js';
import { ownInstant } from '../enrich/times.js';
import { enrich, isReceipt } from '../enrich/usage-event.js';
import { type Reject, type RejectReason, rejectedCdr } from '../reject/rejected-cdr.js';
import { HEADERS, lineHeader, type Replay, replayOf } from './headers.js';

/** What one line became. */
export type Outcome =
  | { readonly kind: 'usage'; readonly usage: UsageEvent; readonly registrations: readonly Correlated[] }
  | { readonly kind: 'ask'; readonly ask: Correlated }
  | { readonly kind: 'rejected'; readonly rejected: RejectedCdr };

export interface RecordContext {
  readonly view: SourceView;
  numbering(): Numbering | null;
  hashText(text: string): string;
  /** Latest instant of each source in this partition: settles local hours that occur twice. */
  readonly sequences: Map<string, number>;
  /** Something of ours threw on a line: told, counted, and the line rejected, so that it cannot stop the partition. */
  onBug(error: unknown, record: InRecord, line: number): void;
}

const FORMATS: ReadonlySet<string> = new Set<RecordFormat>(['canonical-json', 'canonical-csv', 'kannel-access-log']);

/**
 * Everything a raw record becomes: parse → validate → normalise → enrich → usage, question or reject, line by line.
 *
 * Out     one outcome a line, in order; a record that is no record at all is one reject
 * Never   throws on content, and never writes content into a message
 */
export function processRecord(record: InRecord, context: RecordContext): Outcome[] {
  const replay = replayOf(record.headers);
  const name = record.headers[HEADERS.source];
  const place = { partition: replay?.partition ?? record.partition, offset: replay?.offset ?? record.offset };
  const whole = (reason: RejectReason, message: string): Outcome[] => [
    rejected(record, place, replay, { source: name ?? '', reason, message, line: null, shown: shownUnread(record) }),
  ];
  if (name === undefined || name === '') return whole('missing_source', 'the header source is missing');
  const source = context.view.sourceAt(name, record.appendedAt * 1000);
  if (source === undefined)
    return whole('unknown_source', 'no source of this name was configured when the record came');
  const clock = ZoneClock.of(source.timeZone);
  const format = record.headers[HEADERS.format] ?? source.format;
  if (clock === undefined || !FORMATS.has(format))
    return whole('bad_source', 'the source has an unknown zone or the record an unknown format');
  const lines = readRecords(record.value, format as RecordFormat, record.headers[HEADERS.columns]?.split(',') ?? null);
  const job: LineJob = { record, source, clock, format: format as RecordFormat, place, replay, context };
  const only = replay?.lines;
  const out: Outcome[] = [];
  for (const line of lines)
    if (only === undefined || only === null || only.has(line.line)) out.push(guarded(job, line));
  return out;
}

interface LineJob {
  readonly record: InRecord;
  readonly source: Source;
  readonly clock: ZoneClock;
  readonly format: RecordFormat;
  readonly place: { readonly partition: number; readonly offset: number };
  readonly replay: Replay | null;
  readonly context: RecordContext;
}

function guarded(job: LineJob, line: CdrLine): Outcome {
  try {
    return processLine(job, line);
  } catch (error) {
    job.context.onBug(error, job.record, line.line);
    return rejectLine(
      job,
      line,
      'internal_error',
      'this line met a fault of ours; it can be replayed once that is mended',
    );
  }
}

function processLine(job: LineJob, line: CdrLine): Outcome {
  const { verdict } = line;
  if (isFault(verdict)) return rejectLine(job, line, verdict.fault, verdict.message);
  const { source, context, record } = job;
  const { view } = context;
  const receipt = isReceipt(verdict);
  let answer = accountOf(view, source, verdict.account, verdict.systemId);
  if (answer.kind === 'unnamed' && !receipt && source.defaultAccount !== null) {
    answer = accountOf(view, source, source.defaultAccount, null);
  }
  // A receipt is its message's, whatever name it bears; only a record that starts something needs a name we know.
  if (answer.kind === 'unknown' && !receipt)
    return rejectLine(job, line, 'unknown_account', 'the account is mapped to nothing and is none itself');
  const account = answer.kind === 'known' ? answer.account : null;
  const scope = record.headers[HEADERS.scope];
  if (scope !== undefined && (account === null || !view.isWithin(account.id, scope))) {
    return rejectLine(job, line, 'out_of_scope', 'the key that sent it may only name accounts of its own subtree');
  }
  const usage = enrich({
    record: verdict,
    source,
    clock: job.clock,
    place: placeOf(job, line),
    appendedAt: record.appendedAt * 1000,
    after: context.sequences.get(source.id),
    account,
    view,
    numbering: context.numbering(),
    hashText: context.hashText,
  });
  if ('reason' in usage) return rejectLine(job, line, usage.reason, usage.message);
  follow(context.sequences, source.id, ownInstant(verdict.event, usage.times), usage.timeEstimated);
  // Before any submission there is no attempt to ask for, and a record that is no receipt is about the one it says.
  const open = receipt && verdict.attempt === null && usage.identity.attempt > 0;
  const named: Named = {
    line: line.line,
    attempt: open ? null : usage.identity.attempt,
    part: verdict.udh?.part ?? verdict.part,
  };
  return receipt || account === null ? receiptOutcome(job, line, usage, named) : messageOutcome(usage, named, view);
}

/** A record that names its message by account and gateway id needs nobody, unless its supplier id may tell the attempt. */
function receiptOutcome(job: LineJob, line: CdrLine, usage: UsageEvent, named: Named): Outcome {
  const { view } = job.context;
  if (namesMessage(usage) && !isTellable(usage, named))
    return { kind: 'usage', usage, registrations: registrationsOf(usage, connectionKnownTo(view, usage)) };
  const ask = askOf(usage, named, connectionKnownTo(view, usage));
  if (ask !== null) return { kind: 'ask', ask };
  if (usage.account !== null) return { kind: 'usage', usage, registrations: [] };
  return rejectLine(
    job,
    line,
    'no_account',
    'it names no account, and neither a gateway id nor a supplier id to find one by',
  );
}

function messageOutcome(usage: UsageEvent, named: Named, view: SourceView): Outcome {
  if (isConcatenated(usage)) return { kind: 'ask', ask: askForParts(usage, named) };
  return { kind: 'usage', usage, registrations: registrationsOf(usage, connectionKnownTo(view, usage)) };
}

function follow(sequences: Map<string, number>, source: string, instant: number, estimated: boolean): void {
  if (estimated) return;
  const before = sequences.get(source);
  if (before === undefined || instant > before) sequences.set(source, instant);
}

function placeOf({ record, place }: LineJob, line: CdrLine): LinePlace {
  return {
    partition: place.partition,
    offset: place.offset,
    line: line.line,
    base: record.headers[HEADERS.recordBase] ?? null,
    firstLine: lineHeader(record.headers[HEADERS.firstLine]),
  };
}

function rejectLine(job: LineJob, line: CdrLine, reason: RejectReason, message: string): Outcome {
  const shown = blankText(line.text, job.format, line.verdict);
  return rejected(job.record, job.place, job.replay, {
    source: job.source.id,
    reason,
    message,
    line: line.line,
    shown,
  });
}

function rejected(
  record: InRecord,
  place: { partition: number; offset: number },
  replay: Replay | null,
  reject: Pick<Reject, 'source' | 'reason' | 'message' | 'line' | 'shown'>,
): Outcome {
  return {
    kind: 'rejected',
    rejected: rejectedCdr({
      ...reject,
      rawRef: { topic: 'cdr.raw', ...place },
      rejectedAt: record.appendedAt * 1000,
      attempt: replay?.attempt ?? 0,
    }),
  };
}

/** Without a source nothing tells content from the rest, so the shape alone is kept. */
function shownUnread(record: InRecord): string {
  const head = record.value?.subarray(0, 1024).toString('latin1') ?? '';
  return blankText(head, null, { fault: 'malformed', message: '' });
}
