export * from './batch-fold.js';
export * from './block.js';
export * from './command.js';
export * from './ledger-account.js';
export * from './posting.js';
export * from './status.js';
export * from './offset-range.js';
export * from './moves.js';
