/** What the controllers get handed: made once at start (runtime/start-catalog.ts). */
export const COMMANDS = Symbol('COMMANDS');
export const QUERIES = Symbol('QUERIES');
export const ROWS = Symbol('ROWS');
export const IMPORTS = Symbol('IMPORTS');
export const NOTICES = Symbol('NOTICES');
export const DERIVED = Symbol('DERIVED');
export const BULK = Symbol('BULK');
export const OFFERS = Symbol('OFFERS');
