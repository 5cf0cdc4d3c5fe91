/** Injection tokens of the parts that rating.module.ts names. */
export const RATING_CATALOG = Symbol('RATING_CATALOG');
export const QUOTER = Symbol('QUOTER');
export const MESSAGE_STORE = Symbol('MESSAGE_STORE');
