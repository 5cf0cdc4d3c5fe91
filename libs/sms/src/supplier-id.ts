/** How a connection writes message ids. */
export type IdFormat = 'dec' | 'hex' | 'string';

export interface IdReading {
  readonly reading: IdFormat;
  /** What two spellings of one id have in common: a number in decimal without leading zeros, or the trimmed text. */
  readonly value: string;
}

/** Numbers longer than this are no SMPP message ids (64 octets at most) and are compared as text. */
const NUMBER_DIGITS = 40;

/**
 * The ways a supplier's message id can be read.
 *
 * In      raw: as on the line; format: what the connection says, null when it says nothing
 * Out     one reading where the format is set; else decimal and hexadecimal, as far as the digits allow; as text where
 *         neither does. A text in the wrong digits for its format is read as text.
 * Example supplierIdReadings('aa56479', null) → hex 178611321; supplierIdReadings('0178611321', null) → dec 178611321
 *         and hex 6314595105, so they meet in 178611321
 */
export function supplierIdReadings(raw: string, format: IdFormat | null): IdReading[] {
  const id = raw.trim();
  const decimal = id.length <= NUMBER_DIGITS && /^\d+$/.test(id);
  const hexadecimal = id.length <= NUMBER_DIGITS && /^(0[xX])?[0-9a-fA-F]+$/.test(id);
  if (format !== 'string') {
    const readings: IdReading[] = [];
    if (decimal && format !== 'hex') readings.push({ reading: 'dec', value: withoutZeros(id) });
    if (hexadecimal && format !== 'dec') readings.push({ reading: 'hex', value: hexValue(id) });
    if (readings.length > 0) return readings;
  }
  return [{ reading: 'string', value: id }];
}

/** One spelling for people and indexes: the connection's reading where it has one, else the trimmed text. */
export function normaliseSupplierId(raw: string, format: IdFormat | null): string {
  if (format === null) return raw.trim();
  return (supplierIdReadings(raw, format)[0] as IdReading).value;
}

function withoutZeros(digits: string): string {
  let from = 0;
  while (from < digits.length - 1 && digits.charCodeAt(from) === 48) from += 1;
  return from === 0 ? digits : digits.slice(from);
}

function hexValue(id: string): string {
  const digits = id.length > 2 && (id.charCodeAt(1) | 32) === 120 ? id.slice(2) : id;
  // Twelve hex digits are 48 bits, exact in a number; longer ones are seldom.
  if (digits.length <= 12) return String(parseInt(digits, 16));
  return BigInt('0x' + digits).toString();
}
