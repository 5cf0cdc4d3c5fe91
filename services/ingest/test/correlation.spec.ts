import type { CorrelationRecord } from '@ratestream/events';
import fc from 'fast-check';
import { answered } from '../src/correlation/answer.js';
import { CorrelationFold, type Finding, HORIZON_MS, ORPHAN } from '../src/correlation/correlation.fold.js';
import { ACCEPTED, APPENDED_MS, canonical, view } from './world.js';

const DAY = 86_400_000;

/** The correlation records of a canonical record. */
function records(record: object): CorrelationRecord[] {
  const outcome = canonical(record);
  if (outcome.kind === 'usage') return outcome.registrations.map((r) => r.record);
  return outcome.kind === 'ask' ? [outcome.ask.record] : [];
}
const sent = (id: string, supplierMessageId: string, more: object = {}): CorrelationRecord[] =>
  records({ ...ACCEPTED, id, event: 'submitted', connection: 'atlas', supplierMessageId, ...more });
const receipt = (supplierMessageId: string, more: object = {}): CorrelationRecord[] =>
  records({ event: 'delivered', connection: 'atlas', supplierMessageId, at: ACCEPTED.at, ...more });

/** A partition of the topic: what it is told, it folds; orphan records come back to it as they would through Kafka. */
class Partition {
  readonly fold = new CorrelationFold();
  readonly log: { record: CorrelationRecord; at: number }[] = [];
  readonly findings: Finding[] = [];
  tell(all: readonly CorrelationRecord[], at = APPENDED_MS): this {
    for (const record of all) {
      this.log.push({ record, at });
      for (const finding of this.fold.apply(record, at)) {
        this.findings.push(finding);
        if (finding.kind === 'orphaned') this.tell([{ ...finding.ask, reading: ORPHAN }], at);
      }
    }
    return this;
  }
  get seen(): string[] {
    return this.findings.map((f) =>
      f.kind === 'found' ? `found ${f.registration.attempt}/${f.registration.part}` : f.kind,
    );
  }
}

describe('receipts', () => {
  test('hex at submission, decimal with zeros on the receipt', () => {
    expect(new Partition().tell(sent('m-1', 'aa56479')).tell(receipt('0178611321')).seen).toEqual(['found 1/1']);
  });
  test('the same spelling under both readings is one message', () => {
    expect(new Partition().tell(sent('m-1', '178611321')).tell(receipt('178611321')).seen).toEqual(['found 1/1']);
  });
  test('two messages under two readings are ambiguous, and nobody guesses', () => {
    expect(
      new Partition().tell(sent('m-1', '178611321')).tell(sent('m-2', '6314595105')).tell(receipt('0178611321')).seen,
    ).toEqual(['ambiguous']);
  });
  test("a recycled id is the newer message's, whichever record came first", () => {
    const older = sent('m-1', 'abc1', { at: '2026-04-28T12:00:00Z' });
    const newer = sent('m-2', 'abc1');
    for (const order of [
      [older, newer],
      [newer, older],
    ]) {
      const partition = new Partition();
      for (const one of order) partition.tell(one);
      expect(partition.tell(receipt('abc1')).findings.at(-1)).toMatchObject({
        kind: 'found',
        registration: { messageId: newer[0]?.messageId },
      });
    }
  });
  test('a receipt before its message waits and is found once', () => {
    const partition = new Partition().tell(receipt('aa56479'));
    expect(partition.seen).toEqual(['orphaned']);
    expect(partition.tell(sent('m-1', 'aa56479')).tell(sent('m-1', 'aa56479')).seen).toEqual(['orphaned', 'found 1/1']);
    expect(partition.fold.orphans.size).toBe(0);
  });
  test('within the horizon it is found, after it the receipt is lost', () => {
    const late = (days: number): string[] =>
      new Partition().tell(receipt('aa56479')).tell(sent('m-1', 'aa56479'), APPENDED_MS + days * DAY).seen;
    expect(late(7)).toEqual(['orphaned', 'found 1/1']);
    expect(late(7.001)).toEqual(['orphaned', 'lost']);
    const early = (days: number): string[] =>
      new Partition().tell(sent('m-1', 'aa56479')).tell(receipt('aa56479'), APPENDED_MS + days * DAY).seen;
    expect(early(7)).toEqual(['found 1/1']);
    expect(early(7.001)).toEqual(['orphaned']);
  });
  test('what it does not name is taken over: attempt, part, account, message', () => {
    const partition = new Partition().tell(sent('m-1', 'ff01', { attempt: 2, part: 3 })).tell(receipt('ff01'));
    const finding = partition.findings[0];
    if (finding?.kind !== 'found') throw new Error('not found');
    expect(answered(finding.ask, finding.registration, view())).toMatchObject({
      account: 'acme',
      rootPayer: 'reseller',
      chain: ['acme', 'reseller'],
      identity: { attempt: 2, part: 3, event: 'delivered' },
    });
  });
  test('what it names stays', () => {
    const partition = new Partition()
      .tell(sent('m-1', 'ff01', { attempt: 2 }))
      .tell(records({ id: 'm-1', event: 'delivered', attempt: 1, part: 1 }));
    const finding = partition.findings[0];
    if (finding?.kind !== 'found') throw new Error('not found');
    expect(answered(finding.ask, finding.registration, view()).identity).toMatchObject({ attempt: 1, part: 1 });
  });
});

describe('parts of one message', () => {
  const part = (n: number, at: string, more: object = {}): CorrelationRecord[] =>
    records({ ...ACCEPTED, id: `p${n}-${at}`, at, udh: { ref: 241, part: n, total: 3 }, ...more });
  const ids = (partition: Partition): string[] =>
    partition.findings.map((f) => (f.kind === 'part' ? f.messageId : f.kind));
  test('meet, also over the edge of a window, in any order', () => {
    const all = [part(1, '2026-05-01T11:59:59Z'), part(2, '2026-05-01T12:00:00Z'), part(3, '2026-05-01T12:00:01Z')];
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), (order) => {
        const partition = new Partition();
        for (const i of order) partition.tell(all[i] as CorrelationRecord[]);
        expect(new Set(ids(partition)).size).toBe(1);
      }),
    );
  });
  test('a reference used again later is another message', () => {
    const partition = new Partition()
      .tell(part(1, '2026-05-01T11:00:00Z'))
      .tell(part(1, '2026-05-01T11:10:00Z'))
      .tell(part(1, '2026-05-01T11:10:01Z'));
    const [first, atEdge, later] = ids(partition);
    expect(atEdge).toBe(first);
    expect(later).not.toBe(first);
  });
  test('another sender, recipient or total is another message', () => {
    const partition = new Partition();
    for (const more of [{}, { from: 'B' }, { to: '+447700900124' }, { udh: { ref: 241, part: 1, total: 2 } }])
      partition.tell(part(1, '2026-05-01T12:00:00Z', more));
    expect(new Set(ids(partition)).size).toBe(4);
  });
  test("a part sent again has its message's id", () => {
    const partition = new Partition()
      .tell(part(1, '2026-05-01T12:00:00Z'))
      .tell(part(2, '2026-05-01T12:00:01Z'))
      .tell(part(1, '2026-05-01T12:00:00Z'), APPENDED_MS + 3 * DAY);
    expect(new Set(ids(partition)).size).toBe(1);
  });
});

describe('the state is a fold of the log', () => {
  const steps = fc.array(fc.tuple(fc.constantFrom('send', 'receive', 'part'), fc.nat(5), fc.nat(9 * 24)), {
    maxLength: 40,
  });
  test('read again from the start it knows the same and finds the same', () => {
    fc.assert(
      fc.property(steps, fc.nat(40), (drawn, cut) => {
        const partition = new Partition();
        let at = APPENDED_MS;
        for (const [what, id, hours] of drawn) {
          at += hours * 360_000;
          if (what === 'send') partition.tell(sent(`m-${id}`, `${id}1`), at);
          else if (what === 'receive') partition.tell(receipt(`0${id}1`), at);
          else
            partition.tell(records({ ...ACCEPTED, id: `p${id}`, udh: { ref: 1, part: (id % 2) + 1, total: 2 } }), at);
        }
        const again = new CorrelationFold();
        const upTo = Math.min(cut, partition.log.length);
        const before = partition.log.slice(0, upTo).flatMap(({ record, at: t }) => again.apply(record, t));
        const after = partition.log.slice(upTo).flatMap(({ record, at: t }) => again.apply(record, t));
        expect([...before, ...after]).toEqual(partition.findings);
        expect([...again.orphans.all()]).toEqual([...partition.fold.orphans.all()]);
      }),
    );
  });
  test('an answered question does not wait again where its registration is gone from the log', () => {
    const partition = new Partition().tell(sent('m-1', 'aa56479')).tell(receipt('aa56479'), APPENDED_MS + 6 * DAY);
    const withoutOldest = new CorrelationFold();
    for (const { record, at } of partition.log.filter(({ at: t }) => t > APPENDED_MS)) withoutOldest.apply(record, at);
    expect(withoutOldest.orphans.size).toBe(0);
    expect(HORIZON_MS).toBe(7 * DAY);
  });
});
