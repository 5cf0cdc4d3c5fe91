import type { UsageEvent } from '@ratestream/events';
import { Exact, ZERO } from './amount.js';
import { factOf, isTooOld } from './facts.js';
import { judgeMessage } from './judge-message.js';
import type { Moment, PartFacts } from './judge-message.js';
import type { OracleCatalog } from './oracle-catalog.js';
import { legKey } from './verdict.js';
import type { LegVerdict } from './verdict.js';

export interface OracleResult {
  legs: Map<string, LegVerdict>;
  /** What payers (sell) and suppliers (buy) settled and hold, in their currency: `sell|account|EUR`, `buy|supplier|EUR`. */
  totals: Map<string, { settled: Exact; held: Exact }>;
  unratedLegs: Map<string, number>;
  tooOld: number;
  duplicates: number;
  conflicts: number;
  parts: number;
}

/**
 * What the money must be: reads usage events in the order of each partition and judges every part from all its facts.
 * Slow on purpose: no state that moves, no index, decimals throughout; nothing is shared with the code it checks.
 */
export class Oracle {
  private readonly parts = new Map<string, PartFacts>();
  private readonly fingerprints = new Map<string, string>();
  private tooOld = 0;
  private duplicates = 0;
  private conflicts = 0;
  private readonly moments = new Map<string, Moment[]>();
  private order = 0;

  /** `ratedAt`: prices count that were known then; without it all that are in the catalog. */
  add(usage: UsageEvent, ratedAt: number = Number.MAX_SAFE_INTEGER): void {
    const known = this.fingerprints.get(usage.usageEventId);
    const hash = `${usage.fingerprint.version}:${usage.fingerprint.hash}`;
    if (known !== undefined) {
      if (known === hash) this.duplicates++;
      else this.conflicts++;
      return;
    }
    this.fingerprints.set(usage.usageEventId, hash);
    const fact = factOf(usage, ++this.order);
    if (isTooOld(fact)) {
      this.tooOld++;
      return;
    }
    const { messageId, identity } = usage;
    this.retry(messageId, ratedAt);
    const key = `${messageId}|${identity.part}`;
    const part = this.parts.get(key);
    if (part === undefined) this.parts.set(key, { messageId, part: identity.part, facts: [fact] });
    else part.facts.push(fact);
  }

  /** At this time what a message lacked was asked for again. */
  retry(messageId: string, ratedAt: number): void {
    const moment = { ratedAt, order: this.order };
    const moments = this.moments.get(messageId);
    if (moments === undefined) this.moments.set(messageId, [moment]);
    else moments.push(moment);
  }

  /** All that is known of a message, to explain a difference. */
  partsOf(messageId: string): PartFacts[] {
    return [...this.parts.values()].filter((part) => part.messageId === messageId);
  }

  /** `timedOut`: keys of the legs that a timer event in `rated` closed; whether it might is checked apart. */
  judge(catalog: OracleCatalog, timedOut: ReadonlySet<string> = new Set()): OracleResult {
    const result: OracleResult = {
      legs: new Map(),
      totals: new Map(),
      unratedLegs: new Map(),
      tooOld: this.tooOld,
      duplicates: this.duplicates,
      conflicts: this.conflicts,
      parts: this.parts.size,
    };
    for (const parts of this.byMessage()) {
      const moments = this.moments.get(parts[0]?.messageId ?? '') ?? [];
      for (const leg of judgeMessage(parts, moments, catalog, timedOut)) {
        result.legs.set(legKey(leg), leg);
        addUp(result, leg);
      }
    }
    return result;
  }

  private byMessage(): Iterable<PartFacts[]> {
    const messages = new Map<string, PartFacts[]>();
    for (const part of this.parts.values()) {
      const parts = messages.get(part.messageId);
      if (parts === undefined) messages.set(part.messageId, [part]);
      else parts.push(part);
    }
    return messages.values();
  }
}

function addUp({ totals, unratedLegs }: OracleResult, leg: LegVerdict): void {
  if (leg.state === 'unrated') {
    unratedLegs.set(leg.reason ?? '', (unratedLegs.get(leg.reason ?? '') ?? 0) + 1);
    return;
  }
  const key = `${leg.side}|${leg.side === 'sell' ? leg.payer : leg.payee}|${leg.accountCurrency}`;
  const total = totals.get(key) ?? { settled: ZERO, held: ZERO };
  totals.set(key, { settled: total.settled.plus(leg.accountSettled), held: total.held.plus(leg.held) });
}
