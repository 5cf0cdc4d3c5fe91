import type { Times } from '@ratestream/events';
import type { CdrRecord, UsageEventName, ZoneClock } from '@ratestream/sms';

const MICROS_PER_HOUR = 3_600_000_000;
/** A local time read in the wrong zone is at most this far ahead; anything beyond is a broken clock or an attack. */
const AHEAD_MICROS = 26 * MICROS_PER_HOUR;

type TimeField = 'accepted' | 'submitted' | 'done';

/** The field that an event's own time fills. */
const OWN_FIELD: Readonly<Record<UsageEventName, TimeField>> = {
  accepted: 'accepted',
  received: 'accepted',
  blocked: 'accepted',
  lookup: 'accepted',
  submitted: 'submitted',
  submit_rejected: 'submitted',
  delivered: 'done',
  undelivered: 'done',
  expired: 'done',
  rejected: 'done',
  deleted: 'done',
  unknown: 'done',
  converted: 'done',
  forwarded: 'done',
};

export interface ReadTimes {
  readonly times: Times;
  /** The record told no time at all, so its broker time stands in. */
  readonly estimated: boolean;
}

/**
 * The instants of a record.
 *
 * In      after: the latest instant seen of this source, which settles a local hour that occurs twice
 * Out     `at` fills the field of the event unless that has a value of its own; or the name of a field at fault: not a
 *         time, or more than 26 h ahead of the broker (a scheduled time may lie ahead)
 */
export function readTimes(
  record: CdrRecord,
  clock: ZoneClock,
  ingested: number,
  after: number | undefined,
): ReadTimes | string {
  const times: Times = {
    accepted: null,
    scheduled: null,
    submitted: null,
    done: null,
    ingested,
    zone: null,
    zoneFlag: null,
  };
  const own = OWN_FIELD[record.event];
  const latest = ingested + AHEAD_MICROS;
  if (record.at !== null && !read(times, own, record.at, clock, after, latest)) return 'at';
  if (record.acceptedAt !== null && !read(times, 'accepted', record.acceptedAt, clock, after, latest))
    return 'acceptedAt';
  if (record.submittedAt !== null && !read(times, 'submitted', record.submittedAt, clock, after, latest))
    return 'submittedAt';
  if (record.doneAt !== null && !read(times, 'done', record.doneAt, clock, after, latest)) return 'doneAt';
  if (record.scheduledAt !== null && !read(times, 'scheduled', record.scheduledAt, clock, after, Infinity))
    return 'scheduledAt';
  let estimated = false;
  if (times[own] === null) {
    estimated = times.accepted === null && times.scheduled === null && times.submitted === null && times.done === null;
    times[own] = ingested;
  }
  return { times, estimated };
}

function read(
  times: Times,
  field: TimeField | 'scheduled',
  written: string,
  clock: ZoneClock,
  after: number | undefined,
  latest: number,
): boolean {
  const micros = clock.read(written, after);
  if (!(micros <= latest)) return false;
  times[field] = micros;
  if (clock.wasLocal) {
    times.zone = clock.zone;
    if (clock.flag !== null) times.zoneFlag = clock.flag;
  }
  return true;
}

/** The instant by which a record takes its place in its source's sequence. */
export function ownInstant(event: UsageEventName, times: Times): number {
  return times[OWN_FIELD[event]] as number;
}
