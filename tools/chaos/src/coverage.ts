import type { RateRow } from '@ratestream/events';
import { DEFAULT_PRECEDENCE, UNKNOWN_ORIGIN } from '@ratestream/catalog';
import type { LegVerdict, OracleCatalog } from '@ratestream/tool-oracle';
import { DESK } from './desk-rates.js';

/** What a run has to have priced by, so that a run which is exact has seen all of it. */
const NEEDED = [
  ...DEFAULT_PRECEDENCE.filter((dimension) => dimension !== 'destination').map((dimension) => `a rate by ${dimension}`),
  'a rate of unknown origins',
  'a rate by its priority',
  'surcharge carrier',
  'surcharge registration',
  'an override',
  'a rate group',
  'a region',
  'conversion by event of ecb',
  `conversion by event of ${DESK}`,
  'conversion by fixed of ecb',
  'origin_unknown',
];

/** Counts by what legs were priced, from the oracle's verdicts. */
export class Coverage {
  private readonly counts = new Map<string, number>();
  private readonly rows = new Map<string, RateRow>();
  private readonly deskDays = new Set<string>();

  constructor(private readonly catalog: OracleCatalog) {
    for (const versions of catalog.versions.values())
      for (const { cardId, version, rates } of versions)
        for (const row of rates) this.rows.set(`${cardId}|${version}|${row.rateId}`, row);
  }

  add(leg: LegVerdict): void {
    if (leg.state === 'unrated') {
      if (leg.due && leg.reason === 'origin_unknown') this.count('origin_unknown');
      return;
    }
    if (leg.price === null) return;
    const { cardId, version, rateId, components, fx } = leg.price;
    this.countRow(this.rows.get(`${cardId}|${version}|${rateId}`));
    for (const { surcharge } of components) if (surcharge !== null) this.count(`surcharge ${surcharge}`);
    if (leg.side === 'sell') this.countCard(leg.payer, cardId);
    if (fx === null) return;
    this.count(`conversion by ${fx.rule} of ${fx.source}`);
    if (fx.source === DESK && fx.rateDate !== null) this.deskDays.add(fx.rateDate);
  }

  /** Sorted by name. */
  get all(): Record<string, number> {
    return Object.fromEntries([...this.counts].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  /** What no leg was priced by: nothing is known of it. */
  missing(): string[] {
    const missing: string[] = NEEDED.filter((name) => !this.counts.has(name));
    return this.deskDays.size < 2 ? [...missing, `two days of ${DESK}`] : missing;
  }

  private countRow(row: RateRow | undefined): void {
    if (row === undefined) return;
    for (const dimension of DEFAULT_PRECEDENCE)
      if (dimension !== 'destination' && row[dimension] !== null) this.count(`a rate by ${dimension}`);
    if (row.originCountry === UNKNOWN_ORIGIN) this.count('a rate of unknown origins');
    if (row.priority !== 0) this.count('a rate by its priority');
  }

  private countCard(payer: string, cardId: string): void {
    const account = this.catalog.accounts.get(payer);
    if (account === undefined) return;
    if (account.overrides.some((override) => override.cardId === cardId)) this.count('an override');
    const group = account.planId === null ? this.catalog.rateGroups.get(account.rateGroupId ?? '') : undefined;
    if (group !== undefined) this.count('a rate group');
    const plan = this.catalog.plans.get(account.planId ?? group?.planId ?? '');
    if (plan?.bindings.some((binding) => binding.countries !== null && binding.cardId === cardId) === true)
      this.count('a region');
  }

  private count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}
