/** How many random usages are compared, and from which number on they are made. A longer run: `ORACLE_CASES=1000000 ORACLE_SEED=7`. */
export const CASES = Number(process.env['ORACLE_CASES'] ?? 100_000);
export const SEED = Number(process.env['ORACLE_SEED'] ?? 1);
