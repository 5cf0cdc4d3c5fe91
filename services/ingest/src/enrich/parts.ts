import type { PartCounts } from '@ratestream/events';
import {
  type CdrRecord,
  countOctets,
  countParts,
  PART_LIMITS,
  type PartCount,
  type SmsEncoding,
} from '@ratestream/sms';

export interface CountedParts {
  readonly parts: PartCounts;
  readonly encoding: SmsEncoding | null;
  readonly textLength: number | null;
}

/**
 * All counts of parts that can be known, none replaced by another.
 *
 * A record with a concatenation header is one part by itself. Else the text counts; else encoding and length, as long
 * as they leave no doubt (escape pairs and surrogates are hidden in a length, so only octets and one-part messages are
 * sure); else nothing can be known and, where the gateway reports no count either, one part is assumed and flagged.
 */
export function countRecordParts(record: CdrRecord): CountedParts {
  const { text, partsReported, udh } = record;
  if (udh !== null) {
    const encoding = record.encoding ?? (text === null ? null : countParts(text).encoding);
    return {
      parts: { reported: partsReported ?? 1, computed8: 1, computed16: 1, assumed: false },
      encoding,
      textLength: lengthOf(record),
    };
  }
  const count = text === null ? fromLength(record) : fromText(text, record.encoding);
  const parts: PartCounts = {
    reported: partsReported,
    computed8: count === null ? null : count.computed8,
    computed16: count === null ? null : count.computed16,
    assumed: count === null && partsReported === null,
  };
  return { parts, encoding: record.encoding ?? (count === null ? null : count.encoding), textLength: lengthOf(record) };
}

function lengthOf(record: CdrRecord): number | null {
  return record.textLength ?? (record.text === null ? null : record.text.length);
}

function fromText(text: string, encoding: CdrRecord['encoding']): PartCount {
  if (encoding === 'binary') return countOctets(Buffer.byteLength(text, 'latin1'));
  return encoding === null ? countParts(text) : countParts(text, encoding);
}

/** A length of n characters is between n and 2n septets. */
function fromLength({ textLength, encoding }: CdrRecord): PartCount | null {
  if (textLength === null || encoding === null) return null;
  if (encoding === 'binary') return countOctets(textLength);
  const { single } = PART_LIMITS[encoding];
  const widest = encoding === 'gsm7' ? textLength * 2 : textLength;
  return widest <= single ? { encoding, units: textLength, computed8: 1, computed16: 1 } : null;
}
