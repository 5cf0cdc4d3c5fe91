import { eventually } from '@ratestream/testing';
import { http } from './stack.js';

/**
 * What the gateway writes about `count` messages of Acme: each is submitted and delivered, and the receipt knows the
 * message by the supplier's id alone. The same arguments give the same records, byte by byte.
 */
export function recordsOf(name: string, count: number, at: string): string[] {
  return Array.from({ length: count }, (_, i) => {
    const supplierMessageId = `${name.charAt(0)}${i + 1}`; // a hexadecimal number by its letter
    const way = { connection: 's1-direct', supplierMessageId };
    const message = {
      ...{ id: `${name}-${i + 1}`, event: 'submitted', attempt: 1, account: 'acme', at, from: 'ACME' },
      ...{ to: '+447700900123', mcc: '234', mnc: '10', trafficClass: 'otp', text: 'Your code is 1234' },
    };
    return [JSON.stringify({ ...message, ...way }), JSON.stringify({ event: 'delivered', at, ...way })];
  }).flat();
}

/**
 * Posts records as a gateway does that must not lose any: until it has the answer that they are kept, it sends them
 * again. `paceMs` is the pause between two posts of `chunk` records.
 */
export async function post(records: readonly string[], key: string, { chunk = 1_000, paceMs = 0 } = {}): Promise<void> {
  for (let from = 0; from < records.length; from += chunk) {
    const body = `${records.slice(from, from + chunk).join('\n')}\n`;
    await eventually(
      async () => {
        const answer = await http().post('/api/ingest/v1/cdrs?source=gateway', body, {
          contentType: 'application/x-ndjson',
          idempotencyKey: `${key}-${from}`,
        });
        expect(answer).toMatchObject({ status: 202, body: { accepted: Math.min(chunk, records.length - from) } });
      },
      { timeoutMs: 120_000, everyMs: 200 },
    );
    await new Promise((resolve) => setTimeout(resolve, paceMs));
  }
}
