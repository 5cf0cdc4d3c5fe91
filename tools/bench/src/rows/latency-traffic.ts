import { Random } from '@ratestream/tool-simulator';
import type { GeneratedCatalog } from '@ratestream/tool-simulator';

/** What is sent for one message: its submission, and a moment later a receipt that names the supplier's id alone. */
export interface TimedRecord {
  key: string;
  kind: 'accept' | 'receipt';
  source: string;
  value: Buffer;
}

/** A short life for each message, with ids by which both its records are found again in `rated`. */
export function timedMessage(
  { senders }: GeneratedCatalog,
  random: Random,
): { accept: TimedRecord; receipt: TimedRecord } {
  const id = random.uuid();
  const canonical = senders.filter(({ format }) => format === 'canonical-json');
  const account = random.pick(canonical).gatewayAccount;
  const supplierMessageId = random.uuid();
  const at = new Date().toISOString();
  const record = (kind: TimedRecord['kind'], fields: object): TimedRecord => ({
    key: `${kind}|${supplierMessageId}`,
    kind,
    source: 'platform',
    value: Buffer.from(JSON.stringify(fields)),
  });
  const route = { connection: 'borealis-1', supplierMessageId };
  return {
    accept: record('accept', {
      id,
      event: 'submitted',
      attempt: 1,
      part: 1,
      parts: 1,
      account,
      at,
      acceptedAt: at,
      submittedAt: at,
      from: 'BENCH',
      to: `+4915${random.digits(9)}`,
      mcc: '262',
      mnc: '01',
      encoding: 'gsm7',
      textLength: 80,
      supplier: 'borealis',
      ...route,
    }),
    receipt: record('receipt', { event: 'delivered', at, doneAt: at, status: 'DELIVRD', ...route }),
  };
}
