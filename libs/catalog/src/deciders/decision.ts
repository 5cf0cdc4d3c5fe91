import { canonicalJson } from '../canonical-json.js';
import type { CatalogEventData, Micros, Permission } from '../model.js';
import { OPERATOR } from '../model.js';
import type { CatalogView } from '../view.js';

/** Kinds of streams. */
export type Aggregate =
  | 'account'
  | 'supplier'
  | 'connection'
  | 'source'
  | 'rate-card'
  | 'plan'
  | 'rate-group'
  | 'fx-rates'
  | 'notice'
  | 'numbering-plan'
  | 'api-key';

/** An event before it has a position. */
export type NewEvent = {
  [K in keyof CatalogEventData]: { aggregate: Aggregate; aggregateId: string; type: K; data: CatalogEventData[K] };
}[keyof CatalogEventData];

/** One reason against a command; `field` is a JSON pointer into the body without its first '/', '' for the whole. */
export interface Fault {
  field: string;
  code: string;
  message: string;
}

/**
 * The answer to a command.
 * not_found also covers what the caller may not see: it must not learn that it is there.
 */
export type Decision =
  | { outcome: 'accepted'; events: NewEvent[] }
  | { outcome: 'invalid' | 'conflict' | 'not_found' | 'forbidden'; faults: Fault[] };

export type Refused = Exclude<Decision, { outcome: 'accepted' }>;

/** Who asks: the scope and permissions of the key. `admin` includes every other permission. */
export interface Authority {
  scope: string;
  permissions: readonly Permission[];
}

/** The installation's own part of every decision. */
export interface CatalogSettings {
  currency: string;
  /** Partitions of `usage`, over which root payers are spread. */
  partitions: number;
}

export interface DecisionContext {
  view: CatalogView;
  now: Micros;
  authority: Authority;
  settings: CatalogSettings;
}

export function accept(...events: NewEvent[]): Decision {
  return { outcome: 'accepted', events };
}

export function refuse(outcome: Refused['outcome'], field: string, code: string, message: string): Refused {
  return { outcome, faults: [{ field, code, message }] };
}

export function notFound(what: string, id: string): Refused {
  return refuse('not_found', 'id', 'not_found', `there is no ${what} "${id}"`);
}

export function exists(what: string, id: string): Refused {
  return refuse('conflict', 'id', 'id_taken', `${what} "${id}" exists; ids are never reused`);
}

/** Gathers every fault before answering, so that a caller mends them all at once. */
export class Faults {
  private readonly list: Fault[] = [];

  add(field: string, code: string, message: string): void {
    this.list.push({ field, code, message });
  }

  /** A field that is for ever: it may be repeated, not changed. */
  immutable(field: string, before: unknown, asked: unknown, why = 'never changes'): void {
    if (asked !== undefined && asked !== before) this.add(field, 'immutable', `${field} ${why}`);
  }

  /** Accepts when nothing was found. */
  orAccept(...events: NewEvent[]): Decision {
    return this.list.length === 0 ? accept(...events) : { outcome: 'invalid', faults: this.list };
  }
}

export function isOperator({ scope }: Authority): boolean {
  return scope === OPERATOR;
}

/** What only the operator has: suppliers, connections, sources, buy cards, numbering plans. */
export function operatorOnly(authority: Authority): Refused | null {
  return isOperator(authority) ? null : refuse('forbidden', '', 'operator_only', 'only the operator may do this');
}

/** Whether the caller sees what `owner` owns; null is the operator. */
export function sees(
  { view, authority }: Pick<DecisionContext, 'view' | 'authority'>,
  owner: string | null | undefined,
): boolean {
  return view.isWithin(owner ?? OPERATOR, authority.scope);
}

/** Keeps what is set in `changes`, and leaves out what is not: an absent field changes nothing. */
export function merged<T extends object>(before: T, changes: Partial<Record<keyof T, unknown>>): T {
  const set = Object.entries(changes).filter(([, value]) => value !== undefined);
  return { ...before, ...(Object.fromEntries(set) as Partial<T>) };
}

/** Same fields, same values; order of fields does not matter. */
export function sameContent(a: unknown, b: unknown): boolean {
  return canonicalJson(a) === canonicalJson(b);
}
