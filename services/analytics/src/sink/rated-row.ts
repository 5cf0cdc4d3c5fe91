import type { Cell } from '@ratestream/clickhouse';
import type { Leg, NetworkRef, RatedEvent } from '@ratestream/events';
import { formatMoney } from '@ratestream/money';
import { NO_CURRENCY_CELLS, currencyCells } from './currency-cells.js';

/** Columns of `rated_legs` in the order of the cells that `rowsOf` makes. */
export const COLUMNS = [
  'partition',
  'offset',
  'leg',
  'rated_id',
  'message_id',
  'part',
  'kind',
  'event',
  'status',
  'cause',
  'reason',
  'rated_at',
  'raw_appended_at',
  'first_step',
  'catalog_position',
  'service',
  'direction',
  'account',
  'root_payer',
  'chain',
  'system_id',
  'client_ref',
  'gateway_message_id',
  'supplier_message_id',
  'sender_type',
  'origin_country',
  'recipient_prefix',
  'recipient_hash',
  'country',
  'mcc',
  'mnc',
  'network_by',
  'networks',
  'number_country',
  'parts_reported',
  'parts_computed8',
  'parts_computed16',
  'traffic_class',
  'encoding',
  'supplier',
  'connection',
  'route',
  'route_grade',
  'opening_route_grade',
  'error_code',
  'leg_id',
  'side',
  'level',
  'payer',
  'payee',
  'attempt',
  'action',
  'leg_reason',
  'basis',
  'billing_time',
  'quantity',
  'unit',
  'units',
  'amount',
  'currency',
  'account_amount',
  'account_currency',
  'held_amount',
  'held_freed',
  'fx_rate',
  'fx_rate_date',
  'fx_source',
  'fx_rule',
  'fx_base',
  'fx_from_per_base',
  'fx_to_per_base',
  'fx_spread_percent',
  'fx_provisional',
  'reporting_amount',
  'reporting_currency',
  'reporting_held',
  'reporting_freed',
  'reporting_rate',
  'reporting_rate_date',
  'card_id',
  'card_version',
  'rate_id',
  'matched_by',
  'plan_id',
  'plan_version',
] as const;

/** `leg` of the one row of an event that has no legs. */
export const NO_LEG = -1;
/** In the columns of counts that nobody made. */
const UNKNOWN_PARTS = -1;

/**
 * The rows of one rated event: one per leg, in the order of the legs, or one with `leg` = −1.
 *
 * Out     the same cells for the same record, whoever makes them and whenever; instants as microseconds, money as decimals
 * Example hold, settle and a buy leg at offset 7 → rows (7, 0), (7, 1), (7, 2)
 */
export function rowsOf(event: RatedEvent, partition: number, offset: number): Cell[][] {
  const network = networkOf(event);
  const legs = event.legs;
  if (legs.length === 0) {
    return [[...head(event, network, partition, offset, NO_LEG, event.supplier), ...noLeg(event)]];
  }
  return legs.map((leg, index) => [
    ...head(event, network, partition, offset, index, leg.supplierId ?? event.supplier),
    ...ofLeg(leg),
  ]);
}

function head(
  event: RatedEvent,
  network: NetworkRef | null,
  partition: number,
  offset: number,
  leg: number,
  supplier: string | null,
): Cell[] {
  return [
    partition,
    offset,
    leg,
    event.ratedId,
    event.messageId,
    event.part,
    event.kind,
    event.event,
    event.status ?? '',
    event.cause.type,
    event.reason ?? '',
    event.ratedAt,
    event.rawAppendedAt,
    isFirstStep(event),
    event.catalogPosition,
    event.service,
    event.direction,
    event.account ?? '',
    event.rootPayer,
    event.chain,
    event.systemId ?? '',
    event.clientRef ?? '',
    event.gatewayMessageId ?? '',
    event.supplierMessageId?.normalised ?? '',
    event.senderType ?? '',
    event.originCountry ?? '',
    event.recipientPrefix ?? '',
    event.recipientHash ?? '',
    event.country ?? network?.country ?? '',
    network?.mcc ?? '',
    network?.mnc ?? '',
    network?.by ?? '',
    evidenceOf(event),
    event.country ?? '',
    event.parts.reported ?? UNKNOWN_PARTS,
    event.parts.computed8 ?? UNKNOWN_PARTS,
    event.parts.computed16 ?? UNKNOWN_PARTS,
    event.trafficClass,
    event.encoding ?? '',
    supplier ?? '',
    event.connection ?? '',
    event.route ?? '',
    event.routeGrade ?? '',
    event.openingRouteGrade ?? '',
    event.errorCode ?? '',
  ];
}

function ofLeg(leg: Leg): Cell[] {
  return [
    leg.legId,
    leg.side,
    leg.level,
    leg.payer,
    leg.payee,
    leg.attempt,
    leg.action,
    leg.reason ?? '',
    leg.basis,
    leg.billingTime,
    leg.quantity,
    leg.unit,
    unitsOf(leg),
    formatMoney(leg.amount),
    leg.currency,
    formatMoney(leg.accountAmount),
    leg.accountCurrency,
    formatMoney(leg.heldAmount),
    formatMoney(leg.heldAmountFreed),
    ...currencyCells(leg),
    leg.rate?.cardId ?? '',
    leg.rate?.version ?? 0,
    leg.rate?.rateId ?? '',
    leg.rate?.matchedBy ?? '',
    leg.plan?.id ?? '',
    leg.plan?.version ?? 0,
  ];
}

function noLeg(event: RatedEvent): Cell[] {
  const time = event.times.accepted ?? event.times.submitted ?? event.times.ingested;
  const money = ['0', '', '0', '', '0', '0', ...NO_CURRENCY_CELLS];
  return ['', '', 0, '', '', 0, '', '', '', time, 0, '', 0, ...money, '', 0, '', '', '', 0];
}

/** What was billed in parts or messages: a settlement counts, its reversal takes back. */
function unitsOf(leg: Leg): number {
  return leg.action === 'settle' ? leg.quantity : leg.action === 'reverse' ? -leg.quantity : 0;
}

/** The best evidence there is, in the order that cards use by default. */
function networkOf({ network }: RatedEvent): NetworkRef | null {
  return network.reported ?? network.ported ?? network.range;
}

/** Every evidence of the network, `reported/262/01/DE`: a card may trust another one than the best. */
function evidenceOf({ network }: RatedEvent): string[] {
  return (['reported', 'ported', 'range'] as const).flatMap((by) => {
    const one = network[by];
    return one === null ? [] : [[by, one.mcc ?? '', one.mnc ?? '', one.country ?? ''].join('/')];
  });
}

/**
 * Whether `rawAppendedAt` is the instant of the very record that caused this event: every later step of a message repeats
 * the first record's. Example the receipt of a message accepted an hour ago → false
 */
export function isFirstStep(event: RatedEvent): boolean {
  return event.cause.type === 'usage' && event.subjectEvent === event.event;
}
