/** Counts what passed, failed and was skipped over every part of a run. */
export declare class Tally {
  readonly exitCode: number;
  pass(count?: number): void;
  fail(name: string): void;
  skip(name: string, reason: string | undefined): void;
  note(text: string): void;
  print(): void;
}
