import type { Network, NetworkRef } from '@ratestream/events';
import type { CdrRecord, NumberingIndex, ZoneClock } from '@ratestream/sms';

/** A published numbering plan, ready to be asked. */
export interface Numbering {
  readonly index: NumberingIndex;
  /** plan and version, for the evidence */
  readonly by: string;
}

/**
 * All that is known of the network a number is on: what the gateway reports, a portability result with its age, and
 * the number's range. Which of them prices a message is the card's choice (domain.md §2).
 */
export function networkOf(
  record: CdrRecord,
  recipient: string | null,
  country: string | null,
  numbering: Numbering | null,
  clock: ZoneClock,
): Network {
  const { mcc, mnc, ported } = record;
  return {
    reported: mcc === null ? null : ref(mcc, mnc, record.country ?? country, null, 'gateway'),
    ported:
      ported === null
        ? null
        : ref(ported.mcc, ported.mnc, ported.country ?? country, instant(ported.at, clock), ported.by),
    range: rangeOf(recipient, country, numbering),
  };
}

function rangeOf(recipient: string | null, country: string | null, numbering: Numbering | null): NetworkRef | null {
  if (recipient === null || numbering === null) return null;
  const found = numbering.index.find(recipient);
  return found === null ? null : ref(found.mcc, found.mnc, found.country ?? country, null, numbering.by);
}

function ref(
  mcc: string | null,
  mnc: string | null,
  country: string | null,
  at: number | null,
  by: string,
): NetworkRef {
  return { mcc, mnc, country, at, by };
}

/** A time that cannot be read is no reason to lose the message: the evidence has none then. */
function instant(written: string | null, clock: ZoneClock): number | null {
  if (written === null) return null;
  const micros = clock.read(written);
  return Number.isNaN(micros) ? null : micros;
}
