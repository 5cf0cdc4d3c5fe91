import { schemaTexts } from './generated/schemas.js';
import type { SchemaName } from './generated/schemas.js';

export type { SchemaName };

/**
 * The self-contained Avro schema of a record, as it is registered.
 *
 * Out     JSON text; every named type is inlined at its first use
 */
export function schemaJson(name: SchemaName): string {
  return schemaTexts[name];
}
