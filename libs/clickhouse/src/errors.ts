/** ClickHouse refused a statement, or did not answer. Infrastructure: what failed may work later. */
export class StoreError extends Error {
  override readonly name = 'StoreError';
  readonly retriable = true;
  /** ClickHouse's error number; null when there was no answer. */
  readonly code: number | null;

  constructor(message: string, options: { code: number | null; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.code = options.code;
  }

  /** No answer came: what was sent may have been done. */
  get outcomeUnknown(): boolean {
    return this.code === null;
  }
}
