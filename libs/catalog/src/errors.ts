/** A position is missing from the stream. The view stops: what it would say from here on could be wrong. */
export class CatalogGapError extends Error {
  constructor(
    readonly expected: number,
    readonly found: number,
  ) {
    super(`catalog position ${found} came where ${expected} was expected`);
    this.name = 'CatalogGapError';
  }
}

/** The rows that arrived are not those that the published version was made of. Our bug or a damaged topic, never data. */
export class CatalogIntegrityError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'CatalogIntegrityError';
  }
}
