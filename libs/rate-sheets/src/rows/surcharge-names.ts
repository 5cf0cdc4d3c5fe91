import { MAX_SURCHARGES } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import { surchargeFields, type SurchargeMapping } from '../mapping.js';

/** The names of surcharges that a version would have: those that stay, and those that rows bring. */
export class SurchargeNames {
  private readonly names = new Set<string>();

  constructor(
    staying: Iterable<RateRow>,
    private readonly mapping: readonly SurchargeMapping[],
  ) {
    for (const { surcharge } of staying) if (surcharge !== null) this.names.add(surcharge);
  }

  /** Takes in what a row brings. Out: the fields and names that are too many; then nothing of the row is taken in. */
  add(rates: readonly RateRow[]): { field: string; message: string }[] {
    const fresh = new Set<string>();
    for (const { surcharge } of rates) if (surcharge !== null && !this.names.has(surcharge)) fresh.add(surcharge);
    const left = Math.max(0, MAX_SURCHARGES - this.names.size);
    if (fresh.size <= left) {
      for (const name of fresh) this.names.add(name);
      return [];
    }
    return [...fresh].slice(left).map((name) => ({
      field: surchargeFields(this.mapping.findIndex((one) => one.name === name)).price,
      message: `"${name}" is one more than the ${MAX_SURCHARGES} surcharges that a card may have, with those that stay on it`,
    }));
  }
}
