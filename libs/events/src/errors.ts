/** The bytes are no value of the schema: truncated, hostile, or written with another schema. The writer's fault. */
export class DecodeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'DecodeError';
  }
}

/** The value cannot be written: a number out of its range, an amount of more than 38 digits. Our bug, never data. */
export class EncodeError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'EncodeError';
  }
}
