import type { CatalogView, Micros } from '@ratestream/catalog';
import type { NumberingIndex } from '@ratestream/sms';
import { Comparison, isDue, type Line } from './comparison.js';
import { asCharged, inBreaths, type Limits } from './compare-traffic.js';
import type { Draft } from './draft.js';
import type { Exchange } from './exchange.js';
import { cardsOfAccount, priceCatalog, type ReadRates } from './price-catalog.js';
import { priceOne } from './price-group.js';
import { legsOfUsage, type QuotedUsage, type UsageLeg } from './quoted-usage.js';

export interface UsageFault {
  index: number;
  field: string;
  detail: string;
}

/** The legs of all usages, or what is at fault in each that cannot be read. */
export function readUsages(
  usages: readonly QuotedUsage[],
  view: CatalogView,
  numbering: Pick<NumberingIndex, 'find'>,
  now: Micros,
): { legs: UsageLeg[]; faults: UsageFault[] } {
  const legs: UsageLeg[] = [];
  const faults: UsageFault[] = [];
  for (const [index, usage] of usages.entries()) {
    const read = legsOfUsage(usage, view, numbering, now);
    if (Array.isArray(read)) legs.push(...read);
    else faults.push({ index, ...read });
  }
  return { legs, faults };
}

/** Prices usages by the catalog as it is and by a draft. A leg that the usage’s event does not make due costs nothing in either. */
export async function compareUsages(
  draft: Draft,
  legs: readonly UsageLeg[],
  ports: { view: CatalogView; read: ReadRates; exchange: Exchange; limits: Limits; now: Micros },
): Promise<Line[]> {
  const { view, limits, now } = ports;
  const cards = new Set((draft.plan?.bindings ?? []).map(({ cardId }) => cardId));
  let from = now;
  let to = now;
  for (const leg of legs) {
    from = Math.min(from, leg.at);
    to = Math.max(to, leg.at + 1);
    for (const card of cardsOfLeg(leg, view)) cards.add(card);
  }
  const request = { cards, from, to, now, maxRates: limits.maxRates };
  const { today, drafted } = await priceCatalog(view, draft, request, ports);
  const comparison = new Comparison(limits.maxLines, (account) => view.rootPayerOf(account) ?? account);
  await inBreaths(legs, (leg) => {
    const before = priceOne(leg, today);
    const after = priceOne(leg, drafted);
    const due = (basis: string): boolean => isDue(basis, [leg.event]);
    if (before.unrated === null && !due(before.basis) && (after.unrated !== null || !due(after.basis))) return;
    const group = { ...leg, ...asCharged(before), legs: 1, events: [leg.event] };
    comparison.add({ group, today: before, after });
  });
  return comparison.sorted();
}

function cardsOfLeg(leg: UsageLeg, view: CatalogView): string[] {
  if (leg.side === 'sell') {
    const account = view.accounts.get(leg.payer);
    return account === undefined ? [] : cardsOfAccount(view, account);
  }
  const connection = view.connections.get(leg.connection);
  const supplier = view.suppliers.get(connection?.supplierId ?? leg.supplier);
  const card = connection?.buyCardId ?? supplier?.buyCardId ?? null;
  return card === null ? [] : [card];
}
