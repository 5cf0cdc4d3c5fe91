import type { CorrelationRecord } from '@ratestream/events';
import { ConcatenatedMessages } from './concatenation.js';
import { type Ask, Orphans } from './orphans.js';
import { type Registration, Registrations } from './registrations.js';

const MS_PER_DAY = 86_400_000;
/** Until then a message may still register, and a receipt may still come (domain.md §1). */
export const HORIZON_MS = 7 * MS_PER_DAY;
/** `reading` of a receipt that asked and found nothing: it is written again, so that waiting is in the log. */
export const ORPHAN = 'orphan';
export const CONCATENATION = 'concatenation';
/** `key` of a record that only moves the stream's time on. */
export const TIME_MARK = 'time';

/** What a record of the topic leads to. */
export type Finding =
  | { readonly kind: 'found'; readonly ask: Ask; readonly registration: Registration }
  | { readonly kind: 'part'; readonly ask: Ask; readonly messageId: string }
  | { readonly kind: 'orphaned'; readonly ask: Ask }
  | { readonly kind: 'ambiguous'; readonly ask: Ask }
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
  private readonly concatenated = new ConcatenatedMessages(HORIZON_MS);

  apply(record: CorrelationRecord, appendedAt: number): Finding[] {
    const findings = this.passTime(appendedAt);
    if (record.kind === 'register') this.register(record, appendedAt, findings);
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

  /** What is past the horizon at this broker time ends here, so its end is decided by the log too. */
  private passTime(nowMs: number): Finding[] {
    this.registrations.expire(nowMs);
    this.concatenated.expire(nowMs);
    const lost: Finding[] = [];
    for (const { id, ask } of [...this.orphans.olderThan(nowMs - HORIZON_MS)]) {
      this.orphans.remove(id);
      lost.push({ kind: 'lost', ask });
    }
    return lost;
  }

  private register(record: CorrelationRecord, appendedAt: number, findings: Finding[]): void {
    const { key, messageId, account, attempt, part, at } = record;
    if (messageId === null || account === null) return;
    this.registrations.add(key, { messageId, account, attempt: attempt ?? 0, part: part ?? 1, at, appendedAt });
    for (const { id, ask } of this.orphans.waitingFor(key)) {
      const finding = this.look(ask, appendedAt);
      if (finding === null) continue;
      this.orphans.remove(id);
      findings.push(finding);
    }
  }

  private wait(ask: Ask, appendedAt: number, findings: Finding[]): void {
    const finding = this.look(ask, appendedAt);
    if (finding === null) this.orphans.add({ id: orphanId(ask), ask, since: appendedAt });
    else findings.push(finding);
  }

  /** Exactly one message under all readings of the id, or none: two are ambiguous, and nobody guesses. */
  private look(ask: Ask, nowMs: number): Finding | null {
    let found: Registration | undefined;
    for (const key of ask.keys) {
      const candidate = this.registrations.find(key, nowMs);
      if (candidate === undefined) continue;
      if (found !== undefined && found.messageId !== candidate.messageId) return { kind: 'ambiguous', ask };
      found ??= candidate;
    }
    return found === undefined ? null : { kind: 'found', ask, registration: found };
  }
}

function isAsk(record: CorrelationRecord): record is Ask {
  return record.usage !== null;
}

/** The place of the raw line: a receipt that waits already and is read again waits once. */
function orphanId({ usage, line }: Ask): string {
  return `${usage.rawRef.partition}/${usage.rawRef.offset}/${line ?? ''}`;
}
