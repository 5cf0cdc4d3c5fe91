import type { UsageEvent } from '@ratestream/events';
import { connectionKey, namesMessage, withinMessage } from './keys.js';
import type { Ask } from './orphans.js';
import type { Registration, Registrations } from './registrations.js';

/** What is known of a receipt's message; `several`: attempts that nothing in the receipt tells apart. */
export type Answer = Registration | 'several' | null;

/**
 * What registered under gateway ids: each message, and which of its attempts bears which supplier id.
 *
 * The attempt of a receipt is a function of what it says and of what identifies it, never of what is newest: a receipt
 * read again must be the event that it was. The supplier's id tells the attempt; where no submission bears one, the first
 * attempt is meant unless there are others.
 */
export class MessageBook {
  constructor(private readonly registrations: Registrations) {}

  /** Under the message's key the highest attempt and the lowest part are kept, whatever came last. */
  register(key: string, supplierKeys: readonly string[], registration: Registration): void {
    const { appendedAt } = registration;
    const before = this.registrations.find(key, appendedAt);
    this.registrations.add(
      key,
      before?.messageId === registration.messageId ? merged(before, registration) : registration,
    );
    // The first that bears an id keeps it.
    for (const supplierKey of supplierKeys) this.registrations.claim(withinMessage(key, supplierKey), registration);
  }

  /** What can be said at once; null: wait. */
  find(ask: Ask, nowMs: number): Answer {
    const [gateway, ...within] = ask.keys as [string, ...string[]];
    let found: Registration | undefined;
    for (const key of within) {
      const candidate = this.registrations.find(key, nowMs);
      if (candidate === undefined) continue;
      if (found !== undefined && (found.attempt !== candidate.attempt || found.part !== candidate.part))
        return 'several';
      found ??= candidate;
    }
    if (found !== undefined) return found;
    const message = this.registrations.find(gateway, nowMs);
    if (message === undefined || within.length > 0) return null;
    return ask.attempt === null ? onlyAttempt(message) : message;
  }

  /**
   * The gateway's id decides, once no submission bore the supplier's: null where the message has other ids on that
   * connection, so that this one is still to come, or where nobody can be charged. What was decided stays: the id belongs
   * to that attempt from now on, whatever registers later.
   */
  decide(ask: Ask, nowMs: number): Answer {
    const [gateway, ...within] = ask.keys as [string, ...string[]];
    const { usage } = ask;
    const others = withinMessage(gateway, connectionKey(usage.connection ?? ''));
    if (this.registrations.find(others, nowMs) !== undefined) return null;
    const message = this.registrations.find(gateway, nowMs) ?? itself(usage, nowMs);
    if (message === null) return null;
    const decided = onlyAttempt(message);
    if (decided !== 'several')
      for (const key of within) this.registrations.claim(key, { ...decided, appendedAt: nowMs });
    return decided;
  }
}

/** A second attempt without the first means that there was a first. */
function onlyAttempt(message: Registration): Registration | 'several' {
  return message.attempt > 1 ? 'several' : { ...message, attempt: 1 };
}

function merged(before: Registration, now: Registration): Registration {
  return {
    ...now,
    attempt: Math.max(before.attempt, now.attempt),
    part: Math.min(before.part, now.part),
    at: Math.max(before.at, now.at),
  };
}

/** A receipt that names account and message may be all that its gateway ever writes about it. */
function itself(usage: UsageEvent, nowMs: number): Registration | null {
  if (!namesMessage(usage)) return null;
  const { messageId, account, identity } = usage;
  return {
    messageId,
    account: account as string,
    attempt: 1,
    part: identity.part,
    at: usage.rawAppendedAt,
    appendedAt: nowMs,
  };
}
