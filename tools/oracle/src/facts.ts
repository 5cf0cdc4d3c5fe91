import { UNKNOWN_ORIGIN } from '@ratestream/catalog';
import type { Network, PartCounts, UsageEvent } from '@ratestream/events';

/** What one usage event adds to the knowledge of a part; small, since a run keeps hundreds of thousands. */
export interface Fact {
  event: string;
  attempt: number;
  account: string | null;
  chain: readonly string[];
  direction: string;
  recipient: string | null;
  country: string | null;
  network: Network;
  trafficClass: string;
  senderType: string | null;
  originCountry: string | null;
  routeGrade: string | null;
  parts: PartCounts;
  supplier: string | null;
  connection: string | null;
  accepted: number | null;
  scheduled: number | null;
  submitted: number | null;
  done: number | null;
  ingested: number;
  appendedAt: number;
  /** Place in the order of `usage`. */
  order: number;
  /** Parts of the message that are records of their own; 1 where the record stands for the whole message. */
  total: number;
}

export const TERMINAL: ReadonlySet<string> = new Set(['delivered', 'undelivered', 'expired', 'rejected', 'deleted']);

/** Ids are kept for 45 days of billing time; what is older when it is appended is never charged by itself. */
const HORIZON = 45 * 86_400_000_000;

/** Steps of an attempt in the order of a life: of each fact the earliest one that tells it is believed. */
const STEPS = [
  'submitted',
  'submit_rejected',
  'unknown',
  'delivered',
  'undelivered',
  'expired',
  'rejected',
  'deleted',
] as const;

export function factOf(usage: UsageEvent, order: number): Fact {
  return {
    event: usage.identity.event,
    attempt: usage.identity.attempt,
    account: usage.account,
    chain: usage.chain,
    direction: usage.direction,
    recipient: usage.recipient,
    country: usage.country,
    network: usage.network,
    trafficClass: usage.trafficClass,
    senderType: usage.senderType,
    originCountry: usage.originCountry === UNKNOWN_ORIGIN ? null : usage.originCountry,
    routeGrade: usage.routeGrade,
    parts: usage.parts,
    supplier: usage.supplier,
    connection: usage.connection,
    accepted: usage.times.accepted,
    scheduled: usage.times.scheduled,
    submitted: usage.times.submitted,
    done: usage.times.done,
    ingested: usage.times.ingested,
    appendedAt: usage.rawAppendedAt,
    order,
    total: usage.udh?.total ?? 1,
  };
}

/** Sell side: the gateway's accept time, for scheduled messages their send time; else the best that is known. */
export function sellTime(fact: Fact): number {
  return fact.scheduled ?? fact.accepted ?? fact.submitted ?? fact.done ?? fact.ingested;
}

/** The same of a whole life: each time is that of the earliest step which tells it. */
export function sellTimeOf(life: readonly Fact[], subject: Fact): number {
  const earliest = (kind: 'scheduled' | 'accepted'): number | null =>
    life.find((fact) => fact[kind] !== null)?.[kind] ?? null;
  return earliest('scheduled') ?? earliest('accepted') ?? sellTime(subject);
}

export function isTooOld(fact: Fact): boolean {
  return sellTime(fact) < fact.appendedAt - HORIZON;
}

/** An event that can price the message by itself: account and recipient are known (a time always is). */
export function canPrice(fact: Fact): boolean {
  return fact.account !== null && fact.chain.length > 0 && fact.recipient !== null;
}

/** What rows are matched with. The grade is the leg's own. */
export type MatchKey = Pick<
  Fact,
  'trafficClass' | 'senderType' | 'originCountry' | 'routeGrade' | 'recipient' | 'country' | 'network'
>;

export function matchKeyOf(subject: Fact, routeGrade: string | null): MatchKey {
  const { trafficClass, senderType, originCountry, recipient, country, network } = subject;
  return { trafficClass, senderType, originCountry, routeGrade, recipient, country, network };
}

/** The opening fact of a life, with what it does not tell from the earliest step that does; the grade is its own. */
export function subjectOf(life: readonly Fact[]): Fact | null {
  const opening = life.find(canPrice);
  if (opening === undefined) return null;
  const earliest = <T>(tell: (fact: Fact) => T | null): T | null =>
    life.map(tell).find((told) => told !== null) ?? null;
  return {
    ...opening,
    network: {
      reported: earliest(({ network }) => network.reported),
      ported: earliest(({ network }) => network.ported),
      range: earliest(({ network }) => network.range),
    },
    senderType: earliest(({ senderType }) => senderType),
    originCountry: earliest(({ originCountry }) => originCountry),
    parts: life.map(({ parts }) => parts).find(tellsCount) ?? opening.parts,
  };
}

function tellsCount({ reported, computed8, computed16 }: PartCounts): boolean {
  return reported !== null || computed8 !== null || computed16 !== null;
}

/** Earlier steps of a life first; the order of arrival plays no part. */
export function byLife(a: Fact, b: Fact): number {
  return (
    Number(b.event === 'accepted') - Number(a.event === 'accepted') || a.attempt - b.attempt || stepOf(a) - stepOf(b)
  );
}

function stepOf({ event }: Fact): number {
  return STEPS.findIndex((step) => step === event);
}
