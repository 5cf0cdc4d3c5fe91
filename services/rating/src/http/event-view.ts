import type { Leg, RatedEvent, UsageEvent } from '@ratestream/events';
import type { Caller } from '@ratestream/http';
import { formatMoney } from '@ratestream/money';
import { explain, explainLeg, iso, type ExplainNames } from '@ratestream/pricing';
import type { ToldPrices } from './told-prices.js';

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
 *
 * What happened to the other legs alone looks like an event that moved nothing: kind, reason and deadline would tell of
 * them. The fingerprint is a hash of the record without a key, in which a supplier could be found by trying names.
 */
export function cutToCaller(event: RatedEvent, caller: Caller): RatedEvent {
  if (caller.isOperator) return event;
  const legs = event.legs.filter((leg) => leg.side === 'sell' && caller.sees(leg.payer));
  const onlyHidden = legs.length === 0 && event.legs.length > 0;
  const deadlines = legs.flatMap(({ action, deadline }) => (action === 'hold' && deadline !== null ? [deadline] : []));
  return {
    ...event,
    ...NO_SUPPLY_RATED,
    ...(onlyHidden ? { kind: 'noted', reason: null, correctsRatedId: null } : { kind: kindOf(event.kind, legs) }),
    fingerprint: event.fingerprint === null ? null : { ...event.fingerprint, hash: '' },
    deadline: deadlines.length === 0 ? null : Math.min(...deadlines),
    chain: event.chain.filter((account) => caller.sees(account)),
    rootPayer: caller.sees(event.rootPayer) ? event.rootPayer : caller.scope,
    legs,
  };
}

/** The kind that an event with just these legs has; one without any keeps its own (`noted`, `conflict`, `command`). */
function kindOf(kind: string, legs: readonly Leg[]): string {
  if (legs.length === 0) return kind;
  const has = (...actions: string[]): boolean => legs.some(({ action }) => actions.includes(action));
  if (!has('hold', 'settle', 'release', 'reverse')) return 'unrated';
  if (!has('reverse')) return 'rated';
  return has('settle', 'hold') ? 'adjustment' : 'reversal';
}

/**
 * Whether an event is shown to a caller at all: it is about an account of its subtree, and more than a timer or a retry
 * of legs that the caller does not see, whose very instant would tell the terms of a supplier or of a level above.
 */
export function concerns(event: RatedEvent, caller: Caller): boolean {
  if (caller.isOperator) return true;
  if (event.account === null || !caller.sees(event.account)) return false;
  return event.cause.type === 'usage' || event.legs.length === 0 || cutToCaller(event, caller).legs.length > 0;
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
    fingerprint: { ...usage.fingerprint, hash: '' },
    chain: usage.chain.filter((account) => caller.sees(account)),
    rootPayer: caller.sees(usage.rootPayer) ? usage.rootPayer : caller.scope,
  };
}

const NO_SUPPLY = { supplier: null, connection: null, route: null, routeGrade: null, supplierMessageId: null } as const;
/** Of a usage event, and of a rated one, which carries the grade that opened its message besides its own. */
const NO_SUPPLY_RATED = { ...NO_SUPPLY, openingRouteGrade: null } as const;

/** An event with its explanation: in full, and of each leg what it says and why it has its price. */
export function ratedJson(event: RatedEvent, names: ExplainNames, prices: ToldPrices): unknown {
  const why = new Map(event.legs.map((leg) => [leg, prices.why(leg, event)]));
  const legs = event.legs.map((leg) => ({
    ...(toJson(leg) as object),
    statement: explainLeg(leg, names),
    why: why.get(leg),
  }));
  return { ...(toJson(event) as object), legs, explanation: explain(event, names, (leg) => why.get(leg) ?? []) };
}

export function legJson(leg: Leg): unknown {
  return toJson(leg);
}
