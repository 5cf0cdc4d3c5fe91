import { concatenatedMessageId, type UsageEvent } from '@ratestream/events';
import { ownInstant } from '../enrich/times.js';
import type { UsageEventName } from '@ratestream/sms';

/** Parts of one message are sent within this time of its first record in the log. */
export const WINDOW_MICROS = 600_000_000;

interface Group {
  /** the message's time by the record that opened the group, micros */
  readonly openedBy: number;
  readonly messageId: string;
  /** broker time, ms */
  readonly appendedAt: number;
}

/**
 * Gives the parts of a concatenated message their common id.
 *
 * A part within ten minutes of a group's first part, before or after it, belongs to that group (to the nearest, where
 * two are); any other opens one. The id is of the window that the opener's time lies in, and two groups of one key are
 * more than a window apart, so they never share an id. Parts in any order meet; which of them opens the group is what
 * the log says, and the log says it again at every reading. Groups are kept for the receipt horizon, so a record sent
 * again finds its own.
 */
export class ConcatenatedMessages {
  private readonly byKey = new Map<string, Group[]>();
  private readonly order: { key: string; group: Group }[] = [];
  private oldest = 0;

  constructor(private readonly horizonMs: number) {}

  messageIdOf(key: string, part: UsageEvent, appendedAt: number): string {
    const { times } = part;
    const at = times.accepted ?? times.submitted ?? ownInstant(part.identity.event as UsageEventName, times);
    const groups = this.byKey.get(key) ?? [];
    let nearest: Group | undefined;
    for (const group of groups) {
      const distance = Math.abs(group.openedBy - at);
      if (distance <= WINDOW_MICROS && (nearest === undefined || distance < Math.abs(nearest.openedBy - at)))
        nearest = group;
    }
    return (nearest ?? this.open(key, groups, part, at, appendedAt)).messageId;
  }

  /** Lets go of groups past the horizon at this broker time. */
  expire(nowMs: number): void {
    while (this.oldest < this.order.length) {
      const entry = this.order[this.oldest] as { key: string; group: Group };
      if (entry.group.appendedAt + this.horizonMs >= nowMs) break;
      this.oldest += 1;
      const left = (this.byKey.get(entry.key) ?? []).filter((group) => group !== entry.group);
      if (left.length === 0) this.byKey.delete(entry.key);
      else this.byKey.set(entry.key, left);
    }
    if (this.oldest > 1024 && this.oldest * 2 > this.order.length) {
      this.order.splice(0, this.oldest);
      this.oldest = 0;
    }
  }

  private open(key: string, groups: Group[], part: UsageEvent, at: number, appendedAt: number): Group {
    const group = {
      openedBy: at,
      appendedAt,
      messageId: concatenatedMessageId({
        source: part.identity.source,
        sender: part.sender ?? '',
        recipient: part.recipient ?? '',
        reference: part.udh?.ref ?? 0,
        total: part.udh?.total ?? 0,
        window: Math.floor(at / WINDOW_MICROS),
      }),
    };
    this.byKey.set(key, [...groups, group]);
    this.order.push({ key, group });
    return group;
  }
}
