import { formatInstant } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { findTies, JUMP_PERCENT, type DerivedRates, type Finding, type NetworkList } from '@ratestream/rate-sheets';

const BREATH_RATES = 5_000;
const MAX_TIES = 1_000;

export interface Compared {
  base: ReadonlyMap<string, RateRow>;
  networks: NetworkList;
  effectiveFrom: number | null;
  now: number;
}

/** What a person should know about computed rates before approving; null now and then, so that others can work. */
export function* derivedFindings(
  { rates, refused, undecided }: DerivedRates,
  { base, networks, effectiveFrom, now }: Compared,
): Generator<Finding | null> {
  if (effectiveFrom !== null && effectiveFrom < now)
    yield warning(
      'past_effective_date',
      `the buy version is in force since ${formatInstant(effectiveFrom)}, which is past`,
    );
  for (const { rateId, code, message } of refused)
    yield { row: null, column: null, code, severity: 'error', message: `${rateId}: ${message}` };
  for (const { rateId, group } of undecided)
    yield warning(
      'group_undecided',
      `${rateId} is in countries of "${group}" and in others: the card's own markup counts`,
    );
  let looked = 0;
  for (const rate of rates) {
    if ((looked += 1) % BREATH_RATES === 0) yield null;
    const { rateId, price, surcharge } = rate;
    if (price === 0n && surcharge === null) yield warning('price_of_zero', `${rateId} would be free`);
    const before = base.get(rateId)?.price ?? 0n;
    const difference = price > before ? price - before : before - price;
    if (before !== 0n && difference * 100n > before * JUMP_PERCENT)
      yield warning('jump', `${rateId} moves by more than ${JUMP_PERCENT} %`);
  }
  let ties = 0;
  for (const tie of findTies(rates, networks)) {
    if (tie !== null && (ties += 1) > MAX_TIES) return;
    yield tie === null
      ? null
      : warning('tie', `"${tie.two}" and "${tie.one}" can both price one message, as on the buy card`);
  }
}

function warning(code: string, message: string): Finding {
  return { row: null, column: null, code, severity: 'warning', message };
}
