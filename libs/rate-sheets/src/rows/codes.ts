const MAX_CODES = 2_000;

/**
 * Digits and ranges of digits, as sheets list the codes of a destination.
 *
 * Out     every code, ranges written out with as few prefixes as cover them; null when it is no such list
 * Example '7400, 7403-7405' → 7400 7403 7404 7405; '730-739' → 73
 */
export function readCodes(text: string): string[] | null {
  const codes: string[] = [];
  for (const part of text.replace(/\s*[-–]\s*/g, '-').split(/[,;/|\s]+/)) {
    if (part === '') continue;
    const match = /^\+?(\d{1,15})(?:-(\d{1,15}))?$/.exec(part);
    if (match === null) return null;
    const [, from = '', to] = match;
    if (to === undefined) codes.push(from);
    else if (to.length !== from.length || to < from || Number(to) - Number(from) >= MAX_CODES) return null;
    else codes.push(...cover(from, to));
    if (codes.length > MAX_CODES) return null;
  }
  return codes;
}

/** The shortest prefixes that make up a range of equally long codes. */
function cover(from: string, to: string): string[] {
  const whole = wholeTens(from, to);
  if (whole !== null) return whole;
  const codes: string[] = [];
  for (let code = Number(from); code <= Number(to); code++) codes.push(String(code).padStart(from.length, '0'));
  return codes;
}

function wholeTens(from: string, to: string): string[] | null {
  if (from.length < 2 || !from.endsWith('0') || !to.endsWith('9')) return null;
  const [shortFrom, shortTo] = [from.slice(0, -1), to.slice(0, -1)];
  return cover(shortFrom, shortTo);
}
