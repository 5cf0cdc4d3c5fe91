export * from './apply-fx.js';
export * from './ecb-history.js';
export * from './fx-book.js';
export * from './rate-age.js';
