import { readFileSync } from 'node:fs';
import { eventually, needs, NO_SAMPLES, sampleData } from '@ratestream/testing';
import { booksAtRest } from '../guide/books.js';
import { ForeignConsumer, type ForeignEvent } from '../guide/foreign-consumer.js';
import { produceInJava } from '../guide/foreign-producer.js';
import { openGuide } from '../guide/guide.js';
import { catalogIsKnown, http } from '../guide/stack.js';

const samples = sampleData('cdr_samples', 'kannel_bearerbox_access_masked.log');
const PATIENCE = { timeoutMs: 60_000, everyMs: 250 };

interface Rejected {
  items: { reason: string }[];
}

/** Chapter 7: Kafka's Java client writes Kannel's lines, kafkajs and avsc read the money; no code of ours at either end. */
export function othersSpeakToIt(): void {
  const guide = openGuide('journey/07-others-speak-to-it.md');
  describe(guide.title, () => {
    let consumer: ForeignConsumer;
    afterAll(() => consumer?.stop());

    test('a foreign producer writes lines of Kannel, and the money moves', async () => {
      await guide.follow('A customer with Kannel gateways');
      await catalogIsKnown();
      const fields = '[SMSC:XXX_adv] [SVC:] [ACT:%] [BINF:] [FID:7c0ffee1] [from:K1] [to:966555920000]';
      const receipt =
        'id:2081423073 sub:001 dlvrd:001 submit date:2605011200 done date:2605011200 stat:DELIVRD err:000';
      const lines = [
        `Sent SMS ${fields.replace('%', 'alerts')} [flags:-1:0:-1:0:-1] [msg:11:hello world] [udh:0:]`,
        `Receive DLR ${fields.replace('%', '')} [flags:-1:-1:-1:-1:1] [msg:107:${receipt} text:hello world] [udh:0:]`,
      ];
      expect(
        await produceInJava(
          'bearerbox',
          lines.map((line) => `${kannelTime()} ${line}`),
        ),
      ).toBe(2);
      await guide.follow('A foreign producer');
    });

    test('a foreign consumer reads the money with Avro through the registry', async () => {
      consumer = new ForeignConsumer();
      await consumer.start();
      await eventually(() => {
        expect(moneyOf(consumer.events)).toEqual([
          'submitted sell k1 > operator settle 0.040000000 EUR',
          'submitted buy operator > s2 settle 0.008000000 EUR',
        ]);
        expect(consumer.events.some(({ account, event }) => account === 'k1' && event === 'delivered')).toBe(true);
      }, PATIENCE);
    });

    needs(samples, NO_SAMPLES)(
      'the sample lines of real gateways go the same way, their times moved to now',
      async () => {
        const lines = readFileSync(samples ?? '', 'latin1')
          .trimEnd()
          .split('\n')
          .map(movedToNow);
        const before = (await rejected()).length;
        expect(await produceInJava('bearerbox', lines)).toBe(lines.length);
        // Six were sent: three to SA, one each to AE, ML and US, each of one part.
        await eventually(async () => {
          const sold = moneyOf(consumer.events).filter((line) => line.includes('sell'));
          expect(sold.slice(1).sort()).toEqual([
            'submitted sell k1 > operator settle 0.010000000 EUR',
            'submitted sell k1 > operator settle 0.030000000 EUR',
            'submitted sell k1 > operator settle 0.040000000 EUR',
            'submitted sell k1 > operator settle 0.040000000 EUR',
            'submitted sell k1 > operator settle 0.040000000 EUR',
            'submitted sell k1 > operator settle 0.060000000 EUR',
          ]);
        }, PATIENCE);
        const { accounts } = await booksAtRest();
        expect(accounts).toContainEqual({ id: 'k1', balance: '-0.26', held: '0' });
        // Of all lines one is none: the log's own first. Two receipts of R27 wait for messages that are not in the sample.
        expect((await rejected()).slice(before)).toEqual(['not_a_record']);
      },
    );

    test('no command of the page was left out', () => expect(guide.notFollowed()).toEqual([]));
  });
}

/** What was settled for k1, in words, as far as the consumer has read. */
function moneyOf(events: readonly ForeignEvent[]): string[] {
  return events
    .filter(({ account }) => account === 'k1')
    .flatMap(({ event, legs }) =>
      legs
        .filter(({ action }) => action === 'settle')
        .map(({ side, payer, payee, action, amount, currency }) =>
          [event, side, payer, '>', payee, action, amount, currency].join(' '),
        ),
    );
}

async function rejected(): Promise<string[]> {
  const { body } = await http().get<Rejected>('/api/ingest/v1/rejected?source=bearerbox');
  return body.items.map(({ reason }) => reason);
}

function kannelTime(): string {
  return new Date().toISOString().slice(0, 19).replace('T', ' ');
}

/** The time at the start of a line, behind the prefix of a log shipper where there is one. */
function movedToNow(line: string): string {
  return line.replace(/\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, kannelTime());
}
