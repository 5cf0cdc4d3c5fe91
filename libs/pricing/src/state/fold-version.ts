import { schemaJson } from '@ratestream/events';

/** Raise it when the same bytes of a checkpoint come to mean something else. */
const FOLD = 2;

/**
 * Which checkpoints can be read; where another version is found, a task folds `rated` from its beginning.
 *
 * Parts lie in a checkpoint as bare Avro without the id of their schema, so every change of that schema, also one that is
 * compatible on a topic, is another version. Read by the wrong schema they would be refused at best, and misread at worst.
 */
export const FOLD_VERSION = foldVersion(FOLD, schemaJson('PartSnapshot'));

/** A positive 32-bit number of both: FNV-1a. */
export function foldVersion(fold: number, schema: string): number {
  let hash = 0x811c9dc5;
  for (const char of `${fold}|${schema}`) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  return hash >>> 1;
}
