import type { FxDay, FxRates, Micros } from '../model.js';
import { MAX_FX_DAYS } from '../schemas/body-schemas.js';
import type { CommandOf } from './command.js';
import { checkCurrency } from './currency.js';
import { Faults, operatorOnly, type Decision, type DecisionContext, type NewEvent } from './decision.js';

/** A source may hand its rates over a little before they count; a year ahead is a typing error. */
const MAX_AHEAD: Micros = 86_400_000_000;

/**
 * Publishes exchange rates of some days of one source; `id` is the source. A day that was published before is replaced
 * for what is rated from here on.
 *
 * Out     the days that say something new, in events of at most MAX_FX_DAYS; none where all of them were published just so
 */
export function publishFxRates({ id, body }: CommandOf<'PublishFxRates'>, context: DecisionContext): Decision {
  const refused = operatorOnly(context.authority);
  if (refused !== null) return refused;
  const { view, now } = context;
  const { base, days } = body;
  const faults = new Faults();
  checkCurrency(faults, base, 'base');
  const known = view.fxDigests.baseOf(id);
  if (known !== undefined && known !== base)
    faults.add('base', 'immutable', `rates of "${id}" are per ${known}; another base needs a source of its own`);
  const seen = new Set<string>();
  for (const [index, day] of days.entries()) {
    if (seen.has(day.date)) faults.add(`days/${index}/date`, 'day_twice', `${day.date} is there twice`);
    seen.add(day.date);
    checkDay(faults, day, `days/${index}`, base);
    if (day.publishedAt > now + MAX_AHEAD)
      faults.add(`days/${index}/publishedAt`, 'in_the_future', 'lies more than a day ahead');
    if (day.publishedAt < 0) faults.add(`days/${index}/publishedAt`, 'too_early', 'lies before 1970');
  }
  const fresh = days.filter((day) => !view.fxDigests.has(id, day));
  const events: NewEvent[] = [];
  for (let from = 0; from < fresh.length; from += MAX_FX_DAYS) {
    const data: FxRates = { source: id, base, days: fresh.slice(from, from + MAX_FX_DAYS), knownAt: now };
    events.push({ aggregate: 'fx-rates', aggregateId: id, type: 'FxRatesPublished', data });
  }
  return faults.orAccept(...events);
}

function checkDay(faults: Faults, { rates }: FxDay, field: string, base: string): void {
  if (Object.keys(rates).length === 0) faults.add(`${field}/rates`, 'no_rates', 'a day has at least one rate');
  for (const code of Object.keys(rates)) {
    if (code === base) faults.add(`${field}/rates/${code}`, 'base_rate', `${code} is the base, which is 1`);
    else checkCurrency(faults, code, `${field}/rates/${code}`);
  }
}
