import type { FxTerms } from '../model.js';
import type { Faults } from './decision.js';

const NAMES = new Intl.DisplayNames('en', { type: 'currency', fallback: 'none' });
/** ISO 4217 codes that stand for no money: none, and for tests. */
const NO_MONEY = new Set(['XXX', 'XTS']);

/** Whether a code is one of ISO 4217, past ones included: histories of exchange rates hold them. */
export function isCurrency(code: string): boolean {
  return /^[A-Z]{3}$/.test(code) && !NO_MONEY.has(code) && NAMES.of(code) !== undefined;
}

/** A typing error in a currency would make an account that nothing can be converted for. */
export function checkCurrency(faults: Faults, asked: string | undefined, field = 'currency'): void {
  if (asked === undefined || isCurrency(asked)) return;
  faults.add(field, 'unknown_currency', `"${asked}" is no currency of ISO 4217`);
}

/** Rates that were agreed on are between two currencies that exist. */
export function checkFxTerms(faults: Faults, terms: FxTerms | null, field: string): void {
  for (const pair of Object.keys(terms?.fixed ?? {})) {
    const [from = '', to = ''] = pair.split('/');
    const at = `${field}/fixed/${from}~1${to}`;
    if (from === to) faults.add(at, 'same_currency', `"${pair}" converts a currency to itself`);
    else for (const code of [from, to]) checkCurrency(faults, code, at);
  }
}
