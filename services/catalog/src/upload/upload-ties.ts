import { setImmediate as others } from 'node:timers/promises';
import type { RateRow } from '@ratestream/events';
import { findTies, knownNetworks, type Tie } from '@ratestream/rate-sheets';

/** So many say what is meant; a sheet that has more has them for the same reason. */
export const MAX_SHOWN_TIES = 20;

/**
 * Pairs of uploaded rates that can price one message, of equal priority and neither closer in everything. They are
 * published as they are, since the card's precedence decides; whoever publishes them should know. Other requests are
 * served meanwhile.
 */
export async function tiesOf(rates: readonly RateRow[]): Promise<Tie[]> {
  const ties: Tie[] = [];
  for (const tie of findTies(rates, knownNetworks())) {
    if (tie === null) await others();
    else if (ties.push(tie) === MAX_SHOWN_TIES) break;
  }
  return ties;
}
