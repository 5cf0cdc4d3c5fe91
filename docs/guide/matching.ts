const INSTANT = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z`;
const DAY = String.raw`\d{4}-\d\d-\d\d`;
/** What may differ from one run to the next; a day only where it is not the beginning of an instant. */
const VARYING = new RegExp(`(…|${INSTANT}|${DAY}(?!T))`);

/**
 * What an answer lacks of what the guide prints, a line for each place: `legs[0].amount: "0.05" expected, "0.06" found`.
 *
 * What is printed must be there, exactly; fields that are left out are not looked at, and a list must be whole unless it
 * ends with `"…"`. Two things may differ: `…` in a text stands for anything, and a time or day for any other.
 */
export function differences(printed: unknown, found: unknown, place = ''): string[] {
  if (Array.isArray(printed)) return differencesOfLists(printed, found, place);
  if (typeof printed === 'object' && printed !== null) {
    if (typeof found !== 'object' || found === null) return [line(place, printed, found)];
    return Object.entries(printed).flatMap(([name, value]) =>
      differences(value, (found as Record<string, unknown>)[name], place === '' ? name : `${place}.${name}`),
    );
  }
  const same = typeof printed === 'string' ? typeof found === 'string' && matches(printed, found) : printed === found;
  return same ? [] : [line(place, printed, found)];
}

function differencesOfLists(printed: unknown[], found: unknown, place: string): string[] {
  if (!Array.isArray(found)) return [line(place, printed, found)];
  const shortened = printed.length > 1 && printed.at(-1) === '…';
  const items = shortened ? printed.slice(0, -1) : printed;
  if (shortened ? found.length < items.length : found.length !== items.length)
    return [
      `${place}: ${items.length} items expected, ${found.length} found: ${JSON.stringify(found).slice(0, 6_000)}`,
    ];
  return items.flatMap((item, i) => differences(item, found[i], `${place}[${i}]`));
}

function line(place: string, printed: unknown, found: unknown): string {
  return `${place}: ${JSON.stringify(printed)} expected, ${JSON.stringify(found) ?? 'nothing'} found`;
}

function matches(printed: string, found: string): boolean {
  const pieces = printed.split(VARYING);
  const pattern = pieces.map((piece, i) => (i % 2 === 0 ? escaped(piece) : anySuch(piece))).join('');
  return new RegExp(`^${pattern}$`).test(found);
}

function anySuch(piece: string): string {
  if (piece === '…') return '[^]*';
  return piece.includes('T') ? INSTANT : DAY;
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
