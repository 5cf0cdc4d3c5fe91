import type { Micros } from '@ratestream/catalog';
import type { LifeEvent } from './life.js';
import type { Message } from './message.js';
import { udhHex } from './canonical-record.js';

const STAT: Partial<Record<LifeEvent['event'], string>> = {
  delivered: 'DELIVRD',
  undelivered: 'UNDELIV',
  expired: 'EXPIRED',
  rejected: 'REJECTD',
  deleted: 'DELETED',
  unknown: 'UNKNOWN',
};

/** Bit that Kannel's last flag shows on a receipt. */
const DLR_FLAG: Partial<Record<LifeEvent['event'], number>> = { delivered: 1, unknown: 4 };

/**
 * One event as a line of Kannel's bearerbox access log with %I in its format. Receipts name the supplier's id alone:
 * neither account nor message id, as real ones do.
 */
export function kannelLine(message: Message, happened: LifeEvent): Buffer {
  const { attempt } = happened;
  const smsc = attempt?.connection.id ?? '';
  const time = logTime(happened.at);
  const what = happened.receipt ? 'Receive DLR' : happened.event === 'submit_rejected' ? 'FAILED Send SMS' : 'Sent SMS';
  const udh = message.concatenation === null ? '0:' : `6:${udhHex(message, happened.part)}`;
  const coding = message.encoding === 'ucs2' ? 2 : 0;
  const { body, length } = happened.receipt ? receiptText(message, happened) : messageText(message, happened.part);
  const flags = happened.receipt ? `-1:-1:-1:-1:${DLR_FLAG[happened.event] ?? 2}` : `-1:${coding}:-1:0:-1`;
  const account = happened.receipt ? '' : message.sender.gatewayAccount;
  const id = happened.receipt ? '' : (message.ids[happened.part - 1] ?? '');
  const foreignId = happened.receipt ? attempt?.receiptId : happened.event === 'submitted' ? attempt?.submittedId : '';
  return Buffer.from(
    `${time} ${what} [SMSC:${smsc}] [SVC:bulk] [ACT:${account}] [BINF:] [ID:${id}] [FID:${foreignId ?? ''}] ` +
      `[from:${message.from}] [to:${message.to}] [flags:${flags}] [msg:${length}:${body}] [udh:${happened.receipt ? '0:' : udh}]`,
  );
}

function messageText(message: Message, part: number): { body: string; length: number } {
  const perPart = Math.ceil(message.text.length / message.parts);
  const text = message.concatenation === null ? message.text : message.text.slice((part - 1) * perPart, part * perPart);
  if (message.encoding === 'gsm7') return { body: text, length: text.length };
  const bytes = Buffer.from(text, 'utf16le').swap16();
  return { body: bytes.toString('hex').toUpperCase(), length: bytes.length };
}

function receiptText(message: Message, happened: LifeEvent): { body: string; length: number } {
  const minute = (at: Micros): string => logTime(at).replace(/[-: ]/g, '').slice(2, 12);
  const delivered = happened.event === 'delivered';
  const body =
    `id:${happened.attempt?.receiptId ?? ''} sub:001 dlvrd:${delivered ? '001' : '000'} submit date:${minute(happened.submittedAt ?? happened.at)} ` +
    `done date:${minute(happened.at)} stat:${STAT[happened.event] ?? 'UNKNOWN'} err:${delivered ? '000' : '001'} text:${message.from.slice(0, 8)}`;
  return { body, length: body.length };
}

/** As bearerbox prints it, in the source's zone (UTC here). */
function logTime(at: Micros): string {
  return new Date(Math.floor(at / 1000)).toISOString().slice(0, 19).replace('T', ' ');
}
