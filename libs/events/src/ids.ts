import type { Identity, LegSide } from './generated/types.js';
import { namespace, uuidV5 } from './uuid.js';

const ROOT = namespace('6ba7b811-9dad-11d1-80b4-00c04fd430c8');

/** One namespace per kind of id, so that equal texts never meet. Changing one changes every id of its kind: never. */
export const NAMESPACES = {
  usageEvent: namespace(uuidV5(ROOT, 'urn:ratestream:usage-event')),
  message: namespace(uuidV5(ROOT, 'urn:ratestream:message')),
  concatenatedMessage: namespace(uuidV5(ROOT, 'urn:ratestream:concatenated-message')),
  leg: namespace(uuidV5(ROOT, 'urn:ratestream:leg')),
  rated: namespace(uuidV5(ROOT, 'urn:ratestream:rated')),
  reject: namespace(uuidV5(ROOT, 'urn:ratestream:reject')),
  command: namespace(uuidV5(ROOT, 'urn:ratestream:command')),
  balanceEvent: namespace(uuidV5(ROOT, 'urn:ratestream:balance-event')),
  catalogEvent: namespace(uuidV5(ROOT, 'urn:ratestream:catalog-event')),
} as const;

/** Joins the fields of an id; U+001F occurs in none of ours but ids of foreign gateways, which stand before numbers. */
const SEPARATOR = '\u001f';

/** Id of a usage event: of its identity, so the same record read twice is the same event. */
export function usageEventId(identity: Identity): string {
  const { source, sourceRecordId, attempt, part, event } = identity;
  return uuidV5(
    NAMESPACES.usageEvent,
    source + SEPARATOR + sourceRecordId + SEPARATOR + attempt + SEPARATOR + part + SEPARATOR + event,
  );
}

/** Id of a message: of its source and the gateway's message id, or the record id of the record that names the account. */
export function messageIdOf(source: string, gatewayMessageId: string): string {
  return uuidV5(NAMESPACES.message, source + SEPARATOR + gatewayMessageId);
}

/** What the parts of a concatenated message have in common. */
export interface ConcatenatedMessage {
  readonly source: string;
  readonly sender: string;
  readonly recipient: string;
  readonly reference: number;
  readonly total: number;
  /** Start of the time window that the first part opened, microseconds UTC. */
  readonly window: number;
}

/** Id of a message whose parts came as records of their own. */
export function concatenatedMessageId(of: ConcatenatedMessage): string {
  const fields = [of.source, of.sender, of.recipient, of.reference, of.total, of.window];
  return uuidV5(NAMESPACES.concatenatedMessage, fields.join(SEPARATOR));
}

/** What makes a leg itself over hold, settle, release and reverse. */
export interface LegKey {
  readonly messageId: string;
  readonly part: number;
  readonly attempt: number;
  readonly side: LegSide;
  readonly payer: string;
  readonly payee: string;
  readonly rerateRunId: string | null;
}

/** Id of a leg. */
export function legId(of: LegKey): string {
  return uuidV5(
    NAMESPACES.leg,
    of.messageId +
      SEPARATOR +
      of.part +
      SEPARATOR +
      of.attempt +
      SEPARATOR +
      of.side +
      SEPARATOR +
      of.payer +
      SEPARATOR +
      of.payee +
      SEPARATOR +
      (of.rerateRunId ?? ''),
  );
}

/** What makes a rated event itself: its cause and its place among the events of that cause. */
export interface RatedKey {
  readonly causeKind: 'usage' | 'timer' | 'catalog' | 'command';
  readonly causeId: string;
  readonly messageId: string;
  readonly part: number;
  /** Hash of the usage event's content; empty where the cause is another. */
  readonly fingerprint: string;
  readonly index: number;
}

/** Id of a rated event: the same decision taken twice has the same id. */
export function ratedId(of: RatedKey): string {
  return uuidV5(
    NAMESPACES.rated,
    of.causeKind +
      SEPARATOR +
      of.causeId +
      SEPARATOR +
      of.messageId +
      SEPARATOR +
      of.part +
      SEPARATOR +
      of.fingerprint +
      SEPARATOR +
      of.index,
  );
}
