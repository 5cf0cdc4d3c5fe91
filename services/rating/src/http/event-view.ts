import type { Leg, RatedEvent, UsageEvent } from '@ratestream/events';
import type { Caller } from '@ratestream/http';
import { formatMoney } from '@ratestream/money';
import { explain, iso, type ExplainNames } from '@ratestream/pricing';

/** Fields that hold microseconds; in JSON they are ISO instants. */
const INSTANTS: ReadonlySet<string> = new Set([
  'ratedAt', 'rawAppendedAt', 'deadline', 'billingTime', 'accepted', 'scheduled', 'submitted', 'done', 'ingested', 'at', 'answeredAt',
]); // prettier-ignore

/** An event as JSON: amounts as decimal strings, instants as ISO 8601, bytes never. */
export function toJson(value: unknown, key = ''): unknown {
  if (typeof value === 'bigint') return formatMoney(value);
  if (typeof value === 'number') return INSTANTS.has(key) ? iso(value) : value;
  if (Array.isArray(value)) return value.map((item) => toJson(item, key));
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, toJson(inner, name)]));
}

/**
 * What a caller may see of a rated event: everything for the operator; for a tenant the sell legs that its subtree pays,
 * and nothing of suppliers, routes or levels above. Source: domain.md §5.
 */
export function cutToCaller(event: RatedEvent, caller: Caller): RatedEvent {
  if (caller.isOperator) return event;
  return {
    ...event,
    ...NO_SUPPLY,
    chain: event.chain.filter((account) => caller.sees(account)),
    rootPayer: caller.sees(event.rootPayer) ? event.rootPayer : caller.scope,
    legs: event.legs.filter((leg) => leg.side === 'sell' && caller.sees(leg.payer)),
  };
}

/** The same for a usage event. */
export function cutUsageToCaller(usage: UsageEvent, caller: Caller): UsageEvent {
  if (caller.isOperator) return usage;
  return {
    ...usage,
    ...NO_SUPPLY,
    hops: null,
    smscGt: null,
    servingMsc: null,
    chain: usage.chain.filter((account) => caller.sees(account)),
    rootPayer: caller.sees(usage.rootPayer) ? usage.rootPayer : caller.scope,
  };
}

const NO_SUPPLY = { supplier: null, connection: null, route: null, routeGrade: null, supplierMessageId: null } as const;

export function ratedJson(event: RatedEvent, names: ExplainNames): unknown {
  return { ...(toJson(event) as object), explanation: explain(event, names) };
}

export function legJson(leg: Leg): unknown {
  return toJson(leg);
}
