import type { CorrelationRecord } from '@ratestream/events';
import { ConcatenatedMessages } from './concatenation.js';
import { asksByGatewayId } from './keys.js';
import { MessageBook } from './message-book.js';
import { type Ask, Orphans } from './orphans.js';
import { type Registration, Registrations } from './registrations.js';
import { READ } from './time-record.js';
import { Undecided } from './undecided.js';

const MS_PER_DAY = 86_400_000;
/** Until then a message may still register, and a receipt may still come (domain.md §1). */
export const HORIZON_MS = 7 * MS_PER_DAY;
/** `reading` of a receipt that asked and found nothing: it is written again, so that waiting is in the log. */
export const ORPHAN = 'orphan';
export const CONCATENATION = 'concatenation';

/** What a record of the topic leads to. */
export type Finding =
  | { readonly kind: 'found'; readonly ask: Ask; readonly registration: Registration }
  | { readonly kind: 'part'; readonly ask: Ask; readonly messageId: string }
  | { readonly kind: 'orphaned'; readonly ask: Ask }
  | { readonly kind: 'ambiguous'; readonly ask: Ask; readonly between: 'messages' | 'attempts' }
  | { readonly kind: 'lost'; readonly ask: Ask };

/**
 * The state of one partition of `ingest.correlation`: a fold of its records and of nothing else. The same records give
 * the same state and the same findings, whoever reads them; time is the broker's append time of the record at hand.
 *
 * A first question is answered or becomes an orphan record of the same partition. Only that record makes an orphan wait:
 * what was answered at once need not be told from what was not when the topic is read again, even where retention has
 * meanwhile deleted the registration that answered.
 */
export class CorrelationFold {
  readonly registrations = new Registrations(HORIZON_MS);
  readonly orphans = new Orphans();
  private readonly messages = new MessageBook(this.registrations);
  private readonly undecided = new Undecided();
  private readonly concatenated = new ConcatenatedMessages(HORIZON_MS);
  /** broker time of the record before, ms */
  private passedMs = 0;

  apply(record: CorrelationRecord, appendedAt: number): Finding[] {
    // Many records share a time, and what ends with it has ended at the first of them.
    const findings = appendedAt === this.passedMs ? [] : this.passTime(appendedAt);
    if (record.key === READ) this.decide(record.at / 1000, appendedAt, findings);
    else if (record.kind === 'register') this.register(record, appendedAt, findings);
    else if (isAsk(record)) {
      if (record.reading === CONCATENATION) {
        findings.push({
          kind: 'part',
          ask: record,
          messageId: this.concatenated.messageIdOf(record.key, record.usage, appendedAt),
        });
      } else if (record.reading === ORPHAN) this.wait(record, appendedAt, findings);
      else findings.push(this.look(record, appendedAt) ?? { kind: 'orphaned', ask: record });
    }
    return findings;
  }

  /** Whether a receipt waits that the gateway's id may decide, where all raw input up to this broker time is in. */
  isDecisionDue(readToMs: number): boolean {
    return this.undecided.isDue(readToMs);
  }

  /** What is past the horizon at this broker time ends here, so its end is decided by the log too. */
  private passTime(nowMs: number): Finding[] {
    this.passedMs = nowMs;
    this.registrations.expire(nowMs);
    this.concatenated.expire(nowMs);
    const lost: Finding[] = [];
    for (const { id, ask } of [...this.orphans.olderThan(nowMs - HORIZON_MS)]) {
      this.settle(id);
      lost.push({ kind: 'lost', ask });
    }
    return lost;
  }

  private register(record: CorrelationRecord, appendedAt: number, findings: Finding[]): void {
    const { key, messageId, account, attempt, part, at } = record;
    if (messageId === null || account === null) return;
    const registration = { messageId, account, attempt: attempt ?? 0, part: part ?? 1, at, appendedAt };
    if (asksByGatewayId(record)) this.messages.register(key, record.keys, registration);
    else this.registrations.add(key, registration);
    for (const { id, ask } of this.orphans.waitingFor(key)) {
      const finding = this.look(ask, appendedAt);
      if (finding !== null) {
        this.settle(id);
        findings.push(finding);
      } else if (maybeDecided(ask)) this.undecided.restart(id, appendedAt);
    }
  }

  private wait(ask: Ask, appendedAt: number, findings: Finding[]): void {
    const finding = this.look(ask, appendedAt);
    if (finding !== null) {
      findings.push(finding);
      return;
    }
    const id = orphanId(ask);
    this.orphans.add({ id, ask, since: appendedAt });
    if (maybeDecided(ask)) this.undecided.restart(id, appendedAt);
  }

  /** That raw input has come so far is in the log, so the decision is the log's too. */
  private decide(readToMs: number, nowMs: number, findings: Finding[]): void {
    for (const id of this.undecided.takeDue(readToMs)) {
      const ask = this.orphans.get(id)?.ask;
      if (ask === undefined) continue;
      // An earlier decision of this very step may have told it.
      const answer = this.messages.find(ask, nowMs) ?? this.messages.decide(ask, nowMs);
      if (answer === null) continue;
      this.settle(id);
      findings.push(findingOf(ask, answer));
    }
  }

  private settle(id: string): void {
    this.orphans.remove(id);
    this.undecided.remove(id);
  }

  /** Exactly one message under all readings of the id, or none: two are ambiguous, and nobody guesses. */
  private look(ask: Ask, nowMs: number): Finding | null {
    if (asksByGatewayId(ask)) {
      const answer = this.messages.find(ask, nowMs);
      return answer === null ? null : findingOf(ask, answer);
    }
    let found: Registration | undefined;
    for (const key of ask.keys) {
      const candidate = this.registrations.find(key, nowMs);
      if (candidate === undefined) continue;
      if (found !== undefined && found.messageId !== candidate.messageId)
        return { kind: 'ambiguous', ask, between: 'messages' };
      found ??= candidate;
    }
    return found === undefined ? null : { kind: 'found', ask, registration: found };
  }
}

function findingOf(ask: Ask, answer: Registration | 'several'): Finding {
  return answer === 'several'
    ? { kind: 'ambiguous', ask, between: 'attempts' }
    : { kind: 'found', ask, registration: answer };
}

/** A question by gateway id with supplier ids beside it: the gateway's id answers where the others find nothing. */
function maybeDecided(ask: Ask): boolean {
  return asksByGatewayId(ask) && ask.keys.length > 1;
}

function isAsk(record: CorrelationRecord): record is Ask {
  return record.usage !== null;
}

/** The place of the raw line: a receipt that waits already and is read again waits once. */
function orphanId({ usage, line }: Ask): string {
  return `${usage.rawRef.partition}/${usage.rawRef.offset}/${line ?? ''}`;
}
