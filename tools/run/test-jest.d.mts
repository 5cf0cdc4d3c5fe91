import type { Tally } from './tally.mjs';

interface Report {
  testResults: readonly {
    name: string;
    status: string;
    message: string;
    assertionResults: readonly { status: string; fullName: string }[];
  }[];
}

/** Adds what jest's JSON report says to the sum. */
export declare function count(tally: Tally, report: Report, code: number, kind: string): void;
