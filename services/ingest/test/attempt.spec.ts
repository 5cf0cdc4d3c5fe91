import { codecs, type CorrelationRecord, type UsageEvent } from '@ratestream/events';
import fc from 'fast-check';
import { answered } from '../src/correlation/answer.js';
import { CorrelationFold, ORPHAN } from '../src/correlation/correlation.fold.js';
import { connectionKnownTo, registrationsOf } from '../src/correlation/keys.js';
import { READ, timeRecord } from '../src/correlation/time-record.js';
import { SUBMISSION_MS } from '../src/correlation/undecided.js';
import { processRecord, type Outcome } from '../src/raw/process-record.js';
import { ACCEPTED, APPENDED_MS, context, raw, view } from './world.js';

const VIEW = view();
const CONTEXT = context({ view: VIEW });
const { id, account, at } = ACCEPTED;
const sent = (attempt: number, connection: string, supplierMessageId?: string): object => ({
  ...ACCEPTED,
  event: 'submitted',
  attempt,
  connection,
  supplierMessageId,
});

/** Raw records in, usage events and rejects out; all of it in one partition, whose own records come back to it. */
class Ingest {
  private readonly fold = new CorrelationFold();
  private readonly log: { record: CorrelationRecord; at: number }[] = [];
  readonly usage: UsageEvent[] = [];
  readonly rejected: string[] = [];
  now = APPENDED_MS;
  private offset = 0;

  read(record: object): this {
    // A place of its own: a receipt that waits is known by its place.
    const place = { offset: (this.offset += 1), appendedAt: this.now };
    const value = raw(JSON.stringify(record), { source: 'platform' }, place);
    const outcome = processRecord(value, CONTEXT)[0] as Outcome;
    if (outcome.kind === 'rejected') this.rejected.push(outcome.rejected.reason);
    else if (outcome.kind === 'ask') this.tell(outcome.ask.record);
    else this.write(outcome.usage);
    return this;
  }
  pass(ms: number): this {
    this.now += ms;
    this.tell(timeRecord(READ, this.now));
    return this;
  }
  get ids(): string[] {
    return [
      ...new Set(this.usage.map(({ identity: { event, attempt, part } }) => `${event} ${attempt}/${part}`)),
    ].sort();
  }
  get waiting(): number {
    return this.fold.orphans.size;
  }
  /** Folded anew, the log says the same. */
  again(): { findings: unknown[]; waiting: number } {
    const fold = new CorrelationFold();
    const findings = this.log.flatMap(({ record, at: t }) => fold.apply(record, t));
    return { findings, waiting: fold.orphans.size };
  }
  readonly findings: unknown[] = [];

  private write(usage: UsageEvent): void {
    this.usage.push(usage);
    for (const { record } of registrationsOf(usage, connectionKnownTo(VIEW, usage))) this.tell(record);
  }
  private tell(record: CorrelationRecord): void {
    // Through bytes: nothing may hang on what the topic does not carry.
    const read = codecs.CorrelationRecord.decode(codecs.CorrelationRecord.encode(record));
    this.log.push({ record: read, at: this.now });
    const found = this.fold.apply(read, this.now);
    this.findings.push(...found);
    for (const finding of found) {
      if (finding.kind === 'found') this.write(answered(finding.ask, finding.registration, VIEW));
      else if (finding.kind === 'orphaned') this.tell({ ...finding.ask, reading: ORPHAN });
      else this.rejected.push(finding.kind);
    }
  }
}

interface Life {
  readonly names: object;
  readonly first: readonly [connection: string, submitted: string, receipt: string];
  readonly second: readonly [connection: string, submitted: string, receipt: string];
}
const failover = ({ names, first, second }: Life): object[] => [
  ACCEPTED,
  sent(1, first[0], first[1]),
  { ...names, event: 'undelivered', at, connection: first[0], supplierMessageId: first[2] },
  sent(2, second[0], second[1]),
  { ...names, event: 'delivered', at, connection: second[0], supplierMessageId: second[2] },
];
const EVERY_EVENT = ['accepted 0/1', 'delivered 2/1', 'submitted 1/1', 'submitted 2/1', 'undelivered 1/1'];

const names = fc.constantFrom<object>({ id }, { id, account }, { id, account: 'bulk77' }, {});
const lives = fc.tuple(names, fc.constantFrom('atlas', 'borea')).map(([named, other]): Life => ({
  names: named,
  first: ['atlas', 'aa56479', '0178611321'],
  second: [other, 'bb00', 'BB00'],
}));
const orders = fc
  .array(fc.nat(4), { maxLength: 5 })
  .chain((twice) => fc.shuffledSubarray([0, 1, 2, 3, 4, ...twice], { minLength: 5 + twice.length }));

describe('the attempt of a receipt is what identifies it, not what is newest', () => {
  test('a failover in any order, with anything twice, is the same events; so is all of it read again', () => {
    fc.assert(
      fc.property(lives, orders, fc.nat(SUBMISSION_MS / 12), (life, order, stepMs) => {
        const ingest = new Ingest();
        const records = failover(life);
        for (const i of order) ingest.pass(stepMs).read(records[i] as object);
        ingest.pass(SUBMISSION_MS);
        expect(ingest.ids).toEqual(EVERY_EVENT);
        for (const i of order) ingest.pass(SUBMISSION_MS * 2).read(records[i] as object);
        ingest.pass(SUBMISSION_MS * 2);
        expect([ingest.ids, ingest.waiting, ingest.rejected]).toEqual([EVERY_EVENT, 0, []]);
        expect(ingest.again()).toEqual({ findings: ingest.findings, waiting: 0 });
      }),
      { numRuns: 500 },
    );
  });

  test('however late its submission comes, a receipt read again is the event that it was', () => {
    const delays = fc.array(fc.nat(3 * SUBMISSION_MS), { minLength: 10, maxLength: 10 });
    fc.assert(
      fc.property(lives, orders, delays, (life, order, waits) => {
        const ingest = new Ingest();
        const records = failover(life);
        for (const [n, i] of order.entries()) ingest.pass(waits[n] as number).read(records[i] as object);
        ingest.pass(SUBMISSION_MS * 2);
        for (const i of order) ingest.read(records[i] as object);
        ingest.pass(SUBMISSION_MS * 2);
        for (const event of ['undelivered', 'delivered'])
          expect(ingest.ids.filter((one) => one.startsWith(event))).toHaveLength(1);
        expect(ingest.again()).toEqual({ findings: ingest.findings, waiting: ingest.waiting });
      }),
      { numRuns: 500 },
    );
  });

  test("the id picks among its own message's attempts alone: another message that bears it changes nothing", () => {
    const ingest = new Ingest().read(sent(1, 'atlas', 'aa56479')).read(sent(2, 'atlas', 'bb00'));
    ingest.read({
      ...ACCEPTED,
      id: 'm-2',
      event: 'submitted',
      attempt: 3,
      connection: 'atlas',
      supplierMessageId: 'aa56479',
    });
    ingest.read({ id, event: 'undelivered', at, connection: 'atlas', supplierMessageId: 'aa56479' });
    expect(ingest.usage.at(-1)).toMatchObject({ identity: { event: 'undelivered', attempt: 1 }, gatewayMessageId: id });
    expect(ingest.usage.at(-1)?.messageId).toBe(ingest.usage[0]?.messageId);
  });

  test('its part too is what the id tells', () => {
    const part = (n: number, supplierMessageId: string): object => ({
      ...sent(1, 'borea', supplierMessageId),
      part: n,
    });
    const ingest = new Ingest().read(part(1, 'a1')).read(part(2, 'a2'));
    ingest.read({ id, event: 'delivered', at, connection: 'borea', supplierMessageId: 'a1' });
    ingest.read({ id, event: 'delivered', at, connection: 'borea', supplierMessageId: 'a2' });
    expect(ingest.ids.slice(0, 2)).toEqual(['delivered 1/1', 'delivered 1/2']);
  });
});

describe('where no submission tells a supplier id, the gateway id decides', () => {
  const receipt = { id, event: 'delivered', at, connection: 'atlas', supplierMessageId: 'aa56479' };
  const decided = (records: object[], last: object = receipt): string[] => {
    const ingest = new Ingest();
    for (const record of [...records, last]) ingest.read(record);
    ingest.pass(SUBMISSION_MS - 1);
    const early = ingest.usage.length + ingest.rejected.length - records.length;
    ingest.pass(1);
    return [`early ${early}`, ...ingest.rejected, ...ingest.ids.filter((one) => one.startsWith('delivered'))];
  };
  test.each<[string, object[], string[]]>([
    ['accepted alone', [ACCEPTED], ['early 0', 'delivered 1/1']],
    ['one attempt without an id', [ACCEPTED, sent(1, 'atlas')], ['early 0', 'delivered 1/1']],
    ['one attempt on another connection', [sent(1, 'borea', 'ff01')], ['early 0', 'delivered 1/1']],
    ['two attempts without ids', [sent(1, 'atlas'), sent(2, 'atlas')], ['early 0', 'ambiguous']],
    ['another id on its connection: it waits on', [sent(1, 'atlas', 'ff01')], ['early 0']],
  ])('%s', (_, records, expected) => {
    expect(decided(records)).toEqual(expected);
    expect(decided(records, { ...receipt, account })).toEqual(expected);
  });
  test('a message of which nothing else is written: only a receipt that names the account can be charged', () => {
    expect(decided([])).toEqual(['early 0']);
    expect(decided([], { ...receipt, account, to: ACCEPTED.to })).toEqual(['early 0', 'delivered 1/1']);
  });
  test('a receipt without supplier id: at once, and two attempts are ambiguous', () => {
    const bare = { id, event: 'delivered', at };
    expect(decided([sent(1, 'atlas', 'aa56479')], bare)).toEqual(['early 1', 'delivered 1/1']);
    expect(decided([sent(1, 'atlas', 'aa56479'), sent(2, 'atlas', 'bb00')], bare)).toEqual(['early 1', 'ambiguous']);
    expect(decided([sent(2, 'atlas', 'bb00')], { ...bare, account })).toEqual(['early 1', 'delivered 1/1']);
  });
  test('a conversion is of no attempt, whatever the message has reached', () => {
    const ingest = new Ingest().read(sent(1, 'atlas')).read(sent(2, 'atlas')).read({ id, event: 'converted', at });
    expect(ingest.ids[0]).toBe('converted 0/1');
  });
  test('a wait starts over with each word of its message', () => {
    const ingest = new Ingest()
      .read(receipt)
      .pass(SUBMISSION_MS * 100)
      .read(ACCEPTED)
      .pass(SUBMISSION_MS - 1);
    ingest
      .read(sent(1, 'atlas', 'bb00'))
      .pass(SUBMISSION_MS * 10)
      .read(sent(2, 'atlas', 'aa56479'));
    expect(ingest.ids[1]).toBe('delivered 2/1');
  });
});

test('a receipt that names another account than its message keeps its own, and takes the attempt alone', () => {
  const ingest = new Ingest().read(sent(2, 'atlas', 'aa56479'));
  ingest.read({ id, account: 'other', event: 'delivered', at, connection: 'atlas', supplierMessageId: 'aa56479' });
  expect(ingest.usage.at(-1)).toMatchObject({
    account: 'other',
    rootPayer: 'other',
    chain: ['other'],
    identity: { attempt: 2 },
  });
});
