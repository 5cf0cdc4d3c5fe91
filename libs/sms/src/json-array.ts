/**
 * Cuts a JSON array into the texts of its elements, without parsing them: a number keeps its digits, and one element
 * at fault does not spoil its neighbours.
 *
 * Out     null when the text is no array with balanced brackets, or an element nests deeper than `deepest`
 * Example sliceJsonArray('[{"a":1}, 2]') → ['{"a":1}', '2']
 */
export function sliceJsonArray(text: string, deepest = 16): string[] | null {
  const trimmed = text.trim();
  if (!trimmed.startsWith('[') || !trimmed.endsWith(']')) return null;
  const slices: string[] = [];
  let depth = 0;
  let from = 1;
  let quoted = false;
  for (let i = 1; i < trimmed.length - 1; i++) {
    const c = trimmed.charCodeAt(i);
    if (quoted) {
      if (c === BACKSLASH) i += 1;
      else if (c === QUOTE) quoted = false;
    } else if (c === QUOTE) quoted = true;
    else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      depth += 1;
      if (depth > deepest) return null;
    } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
      depth -= 1;
      if (depth < 0) return null;
    } else if (c === COMMA && depth === 0) {
      slices.push(trimmed.slice(from, i).trim());
      from = i + 1;
    }
  }
  if (depth !== 0 || quoted) return null;
  const last = trimmed.slice(from, -1).trim();
  if (last !== '' || slices.length > 0) slices.push(last);
  return slices;
}

const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const COMMA = 44;
