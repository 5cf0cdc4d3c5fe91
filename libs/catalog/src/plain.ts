import type { RateRow } from '@ratestream/events';
import { DEFAULT_FX, type Account, type Plan, type PlanBinding, type RateCard } from './model.js';

/** A rate of any sender, origin and grade, without priority, and no surcharge. */
export const PLAIN_RATE: Pick<
  RateRow,
  'senderType' | 'originCountry' | 'routeGrade' | 'priority' | 'surcharge' | 'validFrom' | 'validUntil'
> = {
  senderType: null,
  originCountry: null,
  routeGrade: null,
  priority: 0,
  surcharge: null,
  validFrom: null,
  validUntil: null,
};

/** Whether a rate matches any sender, origin and grade, has no priority and is no surcharge. */
export function isPlainRate(row: RateRow): boolean {
  return (
    row.senderType === null &&
    row.originCountry === null &&
    row.routeGrade === null &&
    row.priority === 0 &&
    row.surcharge === null &&
    row.validFrom === null &&
    row.validUntil === null
  );
}

/** An account with the prices of its plan alone. */
export const PLAIN_ACCOUNT: Pick<Account, 'rateGroupId' | 'overrides'> = { rateGroupId: null, overrides: [] };

/** A card with prices of its own, compared in the usual order. */
export const PLAIN_CARD: Pick<RateCard, 'precedence' | 'fx' | 'noticeDays' | 'derivation'> = {
  precedence: null,
  fx: null,
  noticeDays: { increase: 7, decrease: 0 },
  derivation: null,
};

/** A plan whose amounts, where they are converted, are so by the rate before the message. */
export const PLAIN_PLAN: Pick<Plan, 'fx'> = { fx: DEFAULT_FX };

/** One card for every class and country. */
export const PLAIN_BINDING: Omit<PlanBinding, 'cardId'> = { trafficClass: null, countries: null };
