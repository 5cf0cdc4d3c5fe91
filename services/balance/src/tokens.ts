/** Injection tokens of what the controllers need. */
export const CATALOG = Symbol('CATALOG');
export const COMMAND_HANDLER = Symbol('COMMAND_HANDLER');
export const DATABASE = Symbol('DATABASE');
export const POSITIONS = Symbol('POSITIONS');
