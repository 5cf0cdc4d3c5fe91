import { codecs, type Leg, type PartSnapshot, type RatedEvent } from '@ratestream/events';
import type { RatingMemory } from '../memory.js';
import { sellBillingTime } from '../billing-time.js';
import { ID_HORIZON } from '../memory.js';
import { deadlineOf, evolvePart, isClosed, type PartState } from '../part-state.js';
import { ClosedParts } from './closed-parts.js';
import { DeadlineIndex } from './deadline-index.js';
import { IdTable } from './id-table.js';

/** How long a terminal status may still correct an outcome. */
export const RECEIPT_HORIZON = 7 * 86_400_000_000;

const DAY = 86_400_000_000;
/** What a part that is not quiet yet costs of a sweep's limit. */
const YOUNG_WEIGHT = 20;

/** Reasons that no change of the catalog mends by itself. */
const FINAL_REASONS: ReadonlySet<string> = new Set(['too_old', 'direction_not_priced']);

/** Where unrated legs wait that no card was asked for: a plan, a supplier or a connection must change first. */
export const NO_CARD = '';

/**
 * What one rating task remembers: a fold of its partition of `rated`, and of nothing else.
 *
 * Identities of the last 45 days, open parts, closed parts within the receipt horizon, deadlines, and which unrated legs
 * wait for which card. `apply` is the only way in, at work and at start alike.
 */
export class RatingState implements RatingMemory {
  readonly ids = new IdTable();
  readonly closed = new ClosedParts();
  readonly deadlines = new DeadlineIndex();
  private readonly open = new Map<string, PartState>();
  /** The part that was looked up since anything last changed: an event is decided on right before it is folded. */
  private latest: { key: string; state: PartState | undefined } | null = null;
  private readonly conflicts = new Set<string>();
  private readonly waiting = new Map<string, Set<string>>();
  /** Retried money by `account|day`, in nano-units: what the limit of automatic retries is measured by. */
  private readonly retried = new Map<string, bigint>();
  private forgottenBefore = 0;

  get openParts(): number {
    return this.open.size;
  }

  fingerprintOf(usageEventId: string): string | undefined {
    return this.ids.get(usageEventId);
  }

  isKnownConflict(usageEventId: string, hash: string): boolean {
    return this.conflicts.has(conflictKey(usageEventId, hash));
  }

  wasPriced(messageId: string, part: number): boolean {
    return this.ids.hasPart(messageId, part);
  }

  get idsFrom(): number {
    return this.forgottenBefore;
  }

  part(messageId: string, part: number): PartState | undefined {
    const key = partKey(messageId, part);
    if (this.latest?.key === key) return this.latest.state;
    const state = this.open.get(key) ?? this.closedPart(messageId, part);
    this.latest = { key, state };
    return state;
  }

  private closedPart(messageId: string, part: number): PartState | undefined {
    const packed = this.closed.peek(messageId, part);
    return packed === undefined ? undefined : unpack(packed);
  }

  partByKey(key: string): PartState | undefined {
    return this.open.get(key);
  }

  /** Folds one rated event. */
  apply(event: RatedEvent): void {
    const { identity, fingerprint, messageId, part } = event;
    const key = partKey(messageId, part);
    if (event.kind === 'conflict') {
      this.conflicts.add(conflictKey(event.cause.id, fingerprint?.hash ?? ''));
      return;
    }
    const before = this.part(messageId, part);
    const after = evolvePart(before, event);
    if (identity !== null && fingerprint !== null) {
      const at = sellBillingTime(event, after.attempts);
      this.ids.add(event.cause.id, fingerprint.hash, at);
      // The part outlives its state as an id, so that a later record of its life is not taken for a new message.
      if (after.priced && before?.priced !== true) this.ids.addPart(messageId, part, at);
    }
    this.hold(key, before, after);
    for (const { counters } of event.legs) for (const { id, after: counted } of counters) this.retried.set(id, counted);
  }

  /** Forgets what has passed its horizon at an instant (microseconds). Costs a pass over everything; call it once a day. */
  expire(now: number): void {
    this.latest = null;
    const firstDay = Math.floor((now - ID_HORIZON) / DAY) - 1;
    this.restoreIdsFrom(firstDay * DAY);
    this.ids.expireBefore(firstDay * DAY);
    this.closed.expireBefore(now - RECEIPT_HORIZON - DAY);
    for (const key of this.conflicts) {
      if (this.ids.get(key.slice(0, key.indexOf('|'))) === undefined) this.conflicts.delete(key);
    }
    const yesterday = Math.floor(now / DAY) - 1;
    for (const id of this.retried.keys())
      if (Number(id.slice(id.lastIndexOf(':') + 1)) < yesterday) this.retried.delete(id);
  }

  restoreIdsFrom(at: number): void {
    this.forgottenBefore = Math.max(this.forgottenBefore, at);
  }

  /** Puts a part among the open ones, as a checkpoint remembered it. */
  restore(packed: Uint8Array): void {
    const state = unpack(packed);
    const { messageId, part } = state.last;
    this.hold(partKey(messageId, part), this.part(messageId, part), state);
  }

  restoreConflict(key: string): void {
    this.conflicts.add(key);
  }

  restoreRetried(id: string, amount: bigint): void {
    this.retried.set(id, amount);
  }

  /** Automatic retries so far under a counter id (`retry:account:day`). */
  retriedSoFar(id: string): bigint {
    return this.retried.get(id) ?? 0n;
  }

  /** Parts with unrated legs that a change of this card (or of anything else: NO_CARD) may price. */
  waitingFor(card: string): readonly string[] {
    return [...(this.waiting.get(card) ?? [])];
  }

  /** Cards that unrated legs wait for. */
  waitingCards(): readonly string[] {
    return [...this.waiting.keys()];
  }

  get unratedParts(): number {
    let total = 0;
    for (const keys of this.waiting.values()) total += keys.size;
    return total;
  }

  openEntries(): IterableIterator<PartState> {
    return this.open.values();
  }

  conflictEntries(): IterableIterator<string> {
    return this.conflicts.values();
  }

  retriedEntries(): IterableIterator<[string, bigint]> {
    return this.retried.entries();
  }

  /**
   * Packs away closed parts that have been quiet since an instant, and forgets what has passed its horizon. The oldest come
   * first, so once many were not quiet nearly all behind them are not either.
   *
   * In  limit: at most so many parts are looked at, so that a sweep never stops the task
   */
  sweep(now: number, quietMicros: number, limit: number): void {
    this.latest = null;
    let left = limit;
    for (const [key, state] of this.open) {
      const quiet = state.last.ratedAt <= now - quietMicros;
      left -= quiet ? 1 : YOUNG_WEIGHT;
      if (left < 0) break;
      this.open.delete(key);
      if (!quiet || !isClosed(state)) {
        const forgotten =
          state.last.ratedAt <= now - RECEIPT_HORIZON && state.legs.every(({ action }) => action !== 'hold');
        if (forgotten) this.setWaiting(key, []);
        else this.open.set(key, state); // behind all others: the next sweep goes on where this one ends
        continue;
      }
      // The horizon is counted from its last change, so that a fold of everything forgets what a checkpoint had forgotten.
      const at = Math.min(now, state.last.ratedAt);
      this.closed.put(state.last.messageId, state.last.part, pack(state), at);
    }
  }

  private hold(key: string, before: PartState | undefined, state: PartState): void {
    const count = this.open.size;
    this.open.set(key, state);
    if (before !== undefined && this.open.size > count) this.closed.drop(state.last.messageId, state.last.part);
    this.latest = null;
    this.deadlines.set(key, deadlineOf(state.legs), before === undefined ? null : deadlineOf(before.legs));
    this.setWaiting(key, state.legs);
  }

  private readonly waitingOf = new Map<string, string[]>();

  private setWaiting(key: string, legs: readonly Leg[]): void {
    if (!this.waitingOf.has(key) && !legs.some(({ action }) => action === 'unrated')) return;
    for (const card of this.waitingOf.get(key) ?? []) {
      const keys = this.waiting.get(card);
      keys?.delete(key);
      if (keys?.size === 0) this.waiting.delete(card);
    }
    const cards = legs
      .filter(({ action, reason }) => action === 'unrated' && !FINAL_REASONS.has(reason ?? ''))
      .map(({ rate }) => rate?.cardId ?? NO_CARD);
    if (cards.length === 0) {
      this.waitingOf.delete(key);
      return;
    }
    this.waitingOf.set(key, cards);
    for (const card of cards) {
      let keys = this.waiting.get(card);
      if (keys === undefined) this.waiting.set(card, (keys = new Set()));
      keys.add(key);
    }
  }
}

/** Nearly every part is the first: its key is the id itself, whose hash the engine already has. */
export function partKey(messageId: string, part: number): string {
  return part === 1 ? messageId : `${messageId}|${part}`;
}

function conflictKey(usageEventId: string, hash: string): string {
  return `${usageEventId}|${hash}`;
}

/** A part as bytes, for the closed ones and for checkpoints. */
export function pack(state: PartState): Buffer {
  const snapshot: PartSnapshot = {
    subject: { ...state.last, ratedId: state.lastMoneyId ?? state.last.ratedId, legs: [...state.legs] },
    priced: state.priced,
    blocked: state.blocked,
    attempts: [...state.attempts],
  };
  return codecs.PartSnapshot.encode(snapshot);
}

export function unpack(bytes: Uint8Array): PartState {
  const { subject, priced, blocked, attempts } = codecs.PartSnapshot.decode(bytes as Buffer);
  const { legs, ...rest } = subject;
  return {
    last: { ...rest, legs: [] },
    priced,
    blocked,
    attempts,
    legs,
    lastMoneyId: legs.length > 0 ? subject.ratedId : null,
  };
}
