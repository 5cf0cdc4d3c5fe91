import { fileURLToPath } from 'node:url';
import avro from 'avsc';
import fc from 'fast-check';
import { readSchemas } from '../src/generate-model.js';
import type { Shape } from '../src/generate-model.js';
import { schemaJson } from '../src/index.js';
import type { SchemaName } from '../src/index.js';

export const records = readSchemas(fileURLToPath(new URL('../../../schemas/avro', import.meta.url)));

/** Beyond it avsc’s longs lose their last bit; ours are held against BigInt instead. */
const LONG = 2 ** 52;
const MAX_DECIMAL = 10n ** 38n - 1n;

/** Any value a shape can have, the awkward ones often. */
export function arbitrary(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.kind) {
    case 'string':
      return shape.values === null
        ? fc.oneof(fc.string({ maxLength: 80 }), fc.string({ unit: 'binary', maxLength: 90 }), fc.uuid())
        : fc.constantFrom(...shape.values);
    case 'int':
      return fc.oneof(fc.integer(), fc.constantFrom(0, -1, 63, 64, -64, -65, 2 ** 31 - 1, -(2 ** 31)));
    case 'long':
      return fc.oneof(
        fc.integer({ min: -LONG, max: LONG }),
        fc.integer(),
        fc.constantFrom(LONG, -LONG, 2 ** 27, -(2 ** 27) - 1, 2 ** 28),
      );
    case 'boolean':
      return fc.boolean();
    case 'bytes':
      return fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
    case 'decimal':
      return fc.oneof(
        fc.bigInt(-MAX_DECIMAL, MAX_DECIMAL),
        fc.bigInt(-(2n ** 40n), 2n ** 40n),
        fc
          .integer({ min: 0, max: 126 })
          .chain((bits) =>
            fc.constantFrom(
              2n ** BigInt(bits),
              -(2n ** BigInt(bits)),
              2n ** BigInt(bits) - 1n,
              -(2n ** BigInt(bits)) - 1n,
            ),
          ),
      );
    case 'array':
      return fc.array(arbitrary(shape.items), { maxLength: 4 });
    case 'nullable':
      return fc.option(arbitrary(shape.inner));
    case 'record':
      return arbitraryRecord(shape.name);
  }
}

export function arbitraryRecord(name: string): fc.Arbitrary<unknown> {
  const fields = records.get(name)?.fields ?? [];
  return fc.record(Object.fromEntries(fields.map((field) => [field.name, arbitrary(field.shape)])), {
    noNullPrototype: true,
  });
}

/** decimal(38,9) for avsc, written from the specification and not from our codec: two's complement through BigInt text. */
class Decimal extends avro.types.LogicalType {
  override _fromValue(bytes: Buffer): bigint {
    return BigInt.asIntN(bytes.length * 8, BigInt(`0x${bytes.toString('hex')}`));
  }

  override _toValue(nano: bigint): Buffer {
    let size = 1;
    while (BigInt.asIntN(size * 8, nano) !== nano) size++;
    return Buffer.from(
      BigInt.asUintN(size * 8, nano)
        .toString(16)
        .padStart(size * 2, '0'),
      'hex',
    );
  }
}

/** The same schema read by avsc. */
export function avscType(name: SchemaName): avro.Type {
  return avro.Type.forSchema(JSON.parse(schemaJson(name)) as avro.Schema, {
    logicalTypes: { decimal: Decimal },
    wrapUnions: false,
  });
}
