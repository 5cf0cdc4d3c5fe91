import type { Micros } from '@ratestream/catalog';
import type { Random } from '../random.js';
import type { LifeEvent } from './life.js';
import type { Message } from './message.js';

const STATUS: Partial<Record<LifeEvent['event'], string>> = {
  delivered: 'DELIVRD',
  undelivered: 'UNDELIV',
  expired: 'EXPIRED',
  rejected: 'REJECTD',
  deleted: 'DELETED',
  unknown: 'UNKNOWN',
};

/**
 * One event as canonical JSON. Receipts come in three forms: with everything, with the gateway's id alone,
 * and with nothing but the supplier's message id, which may be written another way than at submission.
 */
export function canonicalRecord(random: Random, message: Message, happened: LifeEvent): Buffer {
  const { attempt } = happened;
  const id = message.ids[happened.part - 1];
  const form = happened.receipt ? random.next() : 0;
  const time = isoTime(happened.at);
  if (attempt !== null && form >= 0.5) {
    const known = form < 0.7 ? { id, attempt: attempt.number, part: happened.part } : {};
    return json({
      ...known,
      event: happened.event,
      at: time,
      doneAt: time,
      connection: attempt.connection.id,
      supplierMessageId: attempt.receiptId,
      status: STATUS[happened.event],
      errorCode: happened.event === 'delivered' ? '000' : '001',
    });
  }
  const concatenated = message.concatenation !== null;
  return json({
    id,
    event: happened.event,
    attempt: attempt?.number ?? 0,
    part: happened.part,
    parts: concatenated ? 1 : message.parts,
    account: message.sender.gatewayAccount,
    at: time,
    acceptedAt: happened.event === 'accepted' || random.chance(0.9) ? isoTime(message.acceptedAt) : undefined,
    submittedAt: happened.submittedAt === null ? undefined : isoTime(happened.submittedAt),
    doneAt: happened.receipt ? time : undefined,
    from: message.from,
    to: message.to,
    mcc: message.networkReported ? message.network.mcc : undefined,
    mnc: message.networkReported ? message.network.mnc : undefined,
    trafficClass: message.trafficClass ?? undefined,
    originCountry: message.originCountry ?? undefined,
    encoding: message.encoding,
    textLength: concatenated ? Math.ceil(message.text.length / message.parts) : message.text.length,
    udh: concatenated ? udhHex(message, happened.part) : undefined,
    supplier: attempt?.connection.supplierId,
    connection: attempt?.connection.id,
    route: attempt?.connection.route ?? undefined,
    supplierMessageId:
      happened.event === 'submitted' ? attempt?.submittedId : happened.receipt ? attempt?.receiptId : undefined,
    status: STATUS[happened.event],
    errorCode: happened.event === 'submit_rejected' ? '88' : undefined,
  });
}

/** The concatenation header with an 8-bit reference. Example (ref 0xF1, 4 parts, part 2) → '050003F10402' */
export function udhHex(message: Message, part: number): string {
  const byte = (value: number): string => value.toString(16).toUpperCase().padStart(2, '0');
  return `050003${byte(message.concatenation ?? 0)}${byte(message.parts)}${byte(part)}`;
}

function isoTime(at: Micros): string {
  return new Date(Math.floor(at / 1000)).toISOString();
}

function json(value: Record<string, unknown>): Buffer {
  return Buffer.from(JSON.stringify(value));
}
