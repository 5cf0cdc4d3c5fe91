import type { Micros } from '@ratestream/catalog';
import type { Random } from '../random.js';
import type { Attempt, Message, MessageSource } from './message.js';
import type { TrafficOptions } from './raw-record.js';

export type LifeEventName =
  | 'accepted'
  | 'submitted'
  | 'submit_rejected'
  | 'delivered'
  | 'undelivered'
  | 'expired'
  | 'rejected'
  | 'deleted'
  | 'unknown';

/** One thing that happens to one part of a message. */
export interface LifeEvent {
  event: LifeEventName;
  /** 1-based; which of `message.ids` it concerns when parts are records of their own. */
  part: number;
  attempt: Attempt | null;
  at: Micros;
  submittedAt: Micros | null;
  receipt: boolean;
}

const SECOND = 1_000_000;
const FAILURES: readonly LifeEventName[] = [
  'undelivered',
  'undelivered',
  'undelivered',
  'expired',
  'rejected',
  'deleted',
];

/**
 * All that happens to one message: acceptance, up to three attempts, receipts that are lost, late, undecided or that
 * contradict each other. A second attempt follows a refused submission, a failed delivery, or a submission without an answer.
 */
export function* liveMessage(
  source: MessageSource,
  random: Random,
  message: Message,
  options: TrafficOptions,
): Generator<LifeEvent> {
  const kannel = message.sender.format === 'kannel-access-log';
  if (!kannel) {
    for (let part = 1; part <= message.ids.length; part++) {
      yield { event: 'accepted', part, attempt: null, at: message.acceptedAt, submittedAt: null, receipt: false };
    }
  }
  // Kannel writes no attempt number, so a second try under the same id could not be told from a repetition.
  const mostAttempts = kannel ? 1 : 3;
  const attempts: Attempt[] = [];
  let at = message.acceptedAt + random.int(20, 400) * 1000;
  for (let number = 1; number <= mostAttempts; number++) {
    const attempt = source.drawAttempt(number, attempts);
    attempts.push(attempt);
    if (random.chance(0.02)) {
      yield* eachPart(message, (part) => ({
        event: 'submit_rejected',
        part,
        attempt,
        at,
        submittedAt: at,
        receipt: false,
      }));
      at += random.int(100, 900) * 1000;
      continue;
    }
    const failed = random.chance(0.06);
    for (let part = 1; part <= message.ids.length; part++) {
      yield { event: 'submitted', part, attempt: partAttempt(attempt, part), at, submittedAt: at, receipt: false };
      yield* receipts(random, { part, attempt: partAttempt(attempt, part), submittedAt: at, failed, options });
    }
    const again = failed ? random.chance(0.3) : random.chance(0.008);
    if (!again) return;
    at += random.int(30, 90) * SECOND;
  }
}

/** Each part that is a record of its own is a submission of its own, with its own id at the supplier. */
function partAttempt(attempt: Attempt, part: number): Attempt {
  if (part === 1) return attempt;
  if (attempt.connection.idFormat === 'string') {
    return { ...attempt, submittedId: `${attempt.submittedId}-${part}`, receiptId: `${attempt.receiptId}-${part}` };
  }
  const value =
    BigInt(attempt.connection.idFormat === 'dec' ? attempt.submittedId : `0x${attempt.submittedId}`) + BigInt(part);
  const hex = value.toString(16);
  if (attempt.connection.idFormat === 'dec')
    return { ...attempt, submittedId: value.toString(), receiptId: value.toString().padStart(16, '0') };
  if (attempt.connection.idFormat === 'hex') return { ...attempt, submittedId: hex, receiptId: hex.toUpperCase() };
  return { ...attempt, submittedId: hex, receiptId: value.toString().padStart(16, '0') };
}

function* eachPart(message: Message, make: (part: number) => LifeEvent): Generator<LifeEvent> {
  for (let part = 1; part <= message.ids.length; part++) yield make(part);
}

interface Submission {
  part: number;
  attempt: Attempt;
  submittedAt: Micros;
  failed: boolean;
  options: TrafficOptions;
}

function* receipts(random: Random, { part, attempt, submittedAt, failed, options }: Submission): Generator<LifeEvent> {
  if (random.chance(options.receiptLoss ?? 0.04)) return;
  const delay = Math.round(random.logNormal(options.receiptMedianSec ?? 4, 0.9) * SECOND);
  const event = failed ? random.pick(FAILURES) : 'delivered';
  const base = { part, attempt, submittedAt, receipt: true };
  if (random.chance(0.03)) yield { ...base, event: 'unknown', at: submittedAt + Math.round(delay / 3) };
  yield { ...base, event, at: submittedAt + delay };
  if (random.chance(0.01)) {
    yield { ...base, event: event === 'delivered' ? 'undelivered' : 'delivered', at: submittedAt + delay * 2 + SECOND };
  }
}
