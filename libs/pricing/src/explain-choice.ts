import { DEFAULT_PRECEDENCE, UNKNOWN_ORIGIN, type MatchDimension, type RateCard } from '@ratestream/catalog';
import type { Leg, RatedEvent } from '@ratestream/events';
import { formatMoney } from '@ratestream/money';
import { iso, REASONS, type ExplainNames } from './explain.js';
import { knownAtOf, type Pricing } from './memory.js';
import { queryOf } from './price-leg.js';
import { isUsable, type BookedVersion } from './rate-book.js';
import type { MatchQuery, RateTable, RowText } from './rate-table.js';
import type { NamedValues } from './table-builder.js';
import { chooseBinding } from './terms.js';

/** More of a kind are counted and not told. */
const MOST = 4;

type Named = Exclude<MatchDimension, 'destination'>;
const LABELS: Readonly<Record<Named, string>> = {
  originCountry: 'origin',
  routeGrade: 'route grade',
  trafficClass: 'class',
  senderType: 'sender type',
};
const NAMED = Object.keys(LABELS) as Named[];

/**
 * Why a leg has the price it has, and what nearly was its price, from the rates themselves: which card was asked and by
 * whose word, what each dimension matched, which rows of the same destination failed on one dimension or came second, and
 * which versions are not yet in force, withdrawn, or were not known.
 *
 * In       event: the leg's; pricing: what the leg was priced with
 * Example  'Rate otp:GB (class otp, country GB, 0.06 EUR a part) matches too and comes after: country GB is less specific than network 234-10.'
 */
export function explainChoice(leg: Leg, event: RatedEvent, pricing: Pricing, names: ExplainNames = {}): string[] {
  const asked = leg.side === 'sell' ? sellAsked(leg, event, pricing, names) : buyAsked(event, pricing, names);
  const lines: string[] = [];
  for (const { card, because, grade } of asked) {
    const query = queryOf(event, card.networkEvidence, grade);
    lines.push(...explainCard(card, because, query, leg, pricing, names));
    if (card.id === leg.rate?.cardId && leg.action !== 'unrated') break;
  }
  return lines;
}

interface Asked {
  readonly card: RateCard;
  readonly because: string;
  readonly grade: string | null;
}

function sellAsked(leg: Leg, event: RatedEvent, { terms }: Pricing, names: ExplainNames): Asked[] {
  const own = terms
    .sell(event.account ?? '', event.trafficClass, event.country)
    .find(({ payer }) => payer === leg.payer);
  if (own === undefined || typeof own.cards === 'string') return [];
  const override = chooseBinding(own.account.overrides, event.trafficClass, event.country);
  return own.cards.map((card, at) => {
    const overridden = at === 0 && override?.cardId === card.id;
    const binding = overridden ? override : chooseBinding(own.plan?.bindings ?? [], event.trafficClass, event.country);
    const plan = own.plan === null ? '' : (names.plan?.(own.plan.id) ?? own.plan.id);
    // Not which group: whose groups there are is for the level above to know.
    const group = own.account.planId === null ? ', the plan of its rate group' : '';
    const of = overridden ? `an override of ${names.account?.(leg.payer) ?? leg.payer}` : `plan ${plan}${group}`;
    const forClass =
      binding === undefined || binding.trafficClass === null ? 'any class' : `class ${binding.trafficClass}`;
    const inCountries =
      binding === undefined || binding.countries === null
        ? 'any country'
        : `destinations in ${binding.countries.join(', ')}`;
    return { card, because: `${of}, for ${forClass} and ${inCountries}`, grade: event.openingRouteGrade };
  });
}

function buyAsked(event: RatedEvent, { terms }: Pricing, names: ExplainNames): Asked[] {
  const { card, supplier, routeGrade } = terms.buy(event.supplier, event.connection);
  if (typeof card === 'string') return [];
  const ofSupplier = supplier?.buyCardId === card.id;
  const by = ofSupplier
    ? `supplier ${names.supplier?.(supplier.id) ?? supplier.id}`
    : `connection ${event.connection ?? ''}`;
  return [{ card, because: by, grade: routeGrade ?? event.routeGrade }];
}

function explainCard(
  card: RateCard,
  because: string,
  query: MatchQuery,
  leg: Leg,
  pricing: Pricing,
  names: ExplainNames,
): string[] {
  const name = names.card?.(card.id) ?? card.id;
  const lines = [`Card ${name} is asked by ${because}.`];
  const knownAt = knownAtOf(pricing);
  const inForce = pricing.book.versionAt(card.id, leg.billingTime, knownAt);
  const match = pricing.book.find(card, leg.billingTime, query, knownAt);
  if (typeof match === 'string') lines.push(`It has no price for this message: ${REASONS[match] ?? match}.`);
  else if (match.table.surcharges(query, leg.billingTime, card.precedence) === null)
    lines.push(`A surcharge keeps it from having a price: ${REASONS['origin_unknown'] ?? ''}.`);
  if (inForce !== undefined) {
    const winner = typeof match === 'string' ? null : match.row;
    if (winner !== null) lines.push(whyThis(inForce.table.describe(winner), query));
    lines.push(...nearRows(inForce.table, winner, query, card));
    lines.push(...nearSurcharges(inForce.table, leg, query));
  }
  return [...lines, ...otherVersions(pricing.book.everyVersion(card.id), inForce, leg.billingTime, knownAt)];
}

function whyThis(row: RowText, query: MatchQuery): string {
  const reasons = NAMED.map((dimension) =>
    row[dimension] === null ? `any ${LABELS[dimension]}` : `${LABELS[dimension]} ${row[dimension]}`,
  );
  const priority = row.priority === 0 ? '' : ` Its priority is ${row.priority}.`;
  const unknown = query.originCountry === null ? ' The origin of the message is not known.' : '';
  return `Rate ${row.rateId} is for ${row.destination}, ${reasons.join(', ')}.${priority}${unknown}`;
}

/** Rows of the same destination that came second, and those that failed on one dimension; of many the closest by destination. */
function nearRows(table: RateTable, winner: number | null, query: MatchQuery, card: RateCard): string[] {
  const second = new Closest();
  const failed = new Closest();
  for (const row of table.ratesFor(query)) {
    if (row === winner) continue;
    const faults = countFaults(table.namedBy(row), query);
    if (faults === 0) second.add(row, table.destinationRank(row));
    else if (faults === 1) failed.add(row, table.destinationRank(row));
  }
  const shown = (text: RowText, row: number): string =>
    `Rate ${text.rateId} (${shownAs(text)}, ${formatMoney(table.price(row))} ${card.currency})`;
  const won = winner === null ? null : table.describe(winner);
  return [
    ...second.lines('more rates match and come after', (row) => {
      const text = table.describe(row);
      const why = won === null ? anyOrigin() : lostBy(text, won, card.precedence ?? DEFAULT_PRECEDENCE);
      return `${shown(text, row)} matches too and comes after: ${why}.`;
    }),
    ...failed.lines('more rates of this destination fail on one dimension', (row) => {
      const text = table.describe(row);
      return `${shown(text, row)} does not match: ${faultsOf(text, query)[0] ?? ''}.`;
    }),
  ];
}

function nearSurcharges(table: RateTable, { billingTime, components }: Leg, query: MatchQuery): string[] {
  const counted = new Set(components.map(({ rateId }) => rateId));
  const near = new Closest();
  for (const row of table.surchargesFor(query)) {
    const [from, until] = table.countsFor(row);
    const untimely = (billingTime < from ? 1 : 0) + (billingTime >= until ? 1 : 0);
    if (countFaults(table.namedBy(row), query) + untimely === 1 && !counted.has(table.rateId(row))) near.add(row, 0);
  }
  return near.lines('more surcharges of this destination fail on one condition', (row) => {
    const text = table.describe(row);
    const [from, until] = table.countsFor(row);
    const faults = faultsOf(text, query);
    if (billingTime < from) faults.push(`it counts from ${iso(from)} on`);
    if (billingTime >= until) faults.push(`it counted until ${iso(until)}`);
    return `Surcharge ${table.surchargeOf(row) ?? ''} (${text.rateId}) is not added: ${faults[0] ?? ''}.`;
  });
}

/** Counts rows and keeps the few with the lowest ranks, of equals the first: a destination may have a hundred thousand. */
class Closest {
  private readonly rows: number[] = [];
  private readonly ranks: number[] = [];
  private count = 0;

  add(row: number, rank: number): void {
    this.count++;
    let at = this.ranks.length;
    while (at > 0 && (this.ranks[at - 1] as number) > rank) at--;
    if (at >= MOST) return;
    this.rows.splice(at, 0, row);
    this.ranks.splice(at, 0, rank);
    this.rows.length = this.ranks.length = Math.min(this.ranks.length, MOST);
  }

  lines(rest: string, line: (row: number) => string): string[] {
    const lines = this.rows.map(line);
    return this.count <= MOST ? lines : [...lines, `${this.count - MOST} ${rest}.`];
  }
}

function countFaults(row: NamedValues, query: MatchQuery): number {
  let faults = 0;
  for (const dimension of NAMED) if (row[dimension] !== null && row[dimension] !== saidOf(query, dimension)) faults++;
  return faults;
}

function saidOf(query: MatchQuery, dimension: Named): string | null {
  return dimension === 'originCountry' ? (query.originCountry ?? UNKNOWN_ORIGIN) : query[dimension];
}

/** What of a row is not the message's. */
function faultsOf(row: NamedValues, query: MatchQuery): string[] {
  const faults: string[] = [];
  for (const dimension of NAMED) {
    const named = row[dimension];
    const own = saidOf(query, dimension);
    if (named === null || named === own) continue;
    const is = own === null || own === UNKNOWN_ORIGIN ? 'not known' : own;
    faults.push(
      named === UNKNOWN_ORIGIN
        ? `it is for unknown origins, and the message's is ${is}`
        : `its ${LABELS[dimension]} is ${named}, the message's is ${is}`,
    );
  }
  return faults;
}

/** The first difference in which the winner goes before. */
function lostBy(row: RowText, winner: RowText, precedence: readonly MatchDimension[]): string {
  if (winner.originCountry === UNKNOWN_ORIGIN && row.originCountry === null) return anyOrigin();
  if (row.priority !== winner.priority) return `its priority ${row.priority} is below ${winner.priority}`;
  for (const dimension of precedence) {
    if (dimension === 'destination') {
      if (row.destinationRank !== winner.destinationRank)
        return `${row.destination} is less specific than ${winner.destination}`;
    } else if (row[dimension] === null && winner[dimension] !== null) {
      return `it names no ${LABELS[dimension]}`;
    }
  }
  return 'another row of the same key replaced it';
}

function anyOrigin(): string {
  return 'the price depends on the origin, which is not known, and rates of any origin do not stand in for it';
}

function shownAs(row: RowText): string {
  const named = NAMED.flatMap((dimension) =>
    row[dimension] === null ? [] : [`${LABELS[dimension]} ${row[dimension]}`],
  );
  return [...named, row.destination].join(', ');
}

/** Versions that would count at another billing time, or as known at another instant. */
function otherVersions(
  versions: readonly BookedVersion[],
  inForce: BookedVersion | undefined,
  billingTime: number,
  knownAt: number,
): string[] {
  const lines: string[] = [];
  for (const one of versions) {
    const { version, effectiveFrom, withdrawnAt } = one;
    if (one === inForce) continue;
    if (one.knownAt > knownAt) lines.push(`Version ${version} was not known yet: it was published at ${iso(one.knownAt)}.`);
    else if (!isUsable(one, knownAt)) lines.push(`Version ${version} was withdrawn at ${iso(withdrawnAt ?? 0)}.`);
    else if (effectiveFrom > billingTime) lines.push(`Version ${version} is not in force yet: it is from ${iso(effectiveFrom)} on.`);
  }
  return atMost(lines, 'more versions do not count');
} // prettier-ignore

function atMost(lines: readonly string[], rest: string): string[] {
  if (lines.length <= MOST) return [...lines];
  return [...lines.slice(0, MOST), `${lines.length - MOST} ${rest}.`];
}
