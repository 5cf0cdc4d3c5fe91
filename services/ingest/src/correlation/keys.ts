import type { Connection } from '@ratestream/catalog';
import type { CorrelationRecord, UsageEvent } from '@ratestream/events';
import { supplierIdReadings } from '@ratestream/sms';
import type { SourceView } from '../enrich/source-view.js';

const S = '|';

/** A record for `ingest.correlation` and the text whose hash is its partition. */
export interface Correlated {
  readonly record: CorrelationRecord;
  /** Everything that must meet has the same one: a connection, whatever the reading of its ids; else the key itself. */
  readonly meeting: string;
}

/** What the record itself says; what it does not say is taken over from its message. */
export interface Named {
  readonly line: number;
  /** null: a receipt of some attempt, which its supplier id or its message has to tell */
  readonly attempt: number | null;
  readonly part: number | null;
}

interface CandidateKey {
  readonly key: string;
  readonly reading: string;
}

/** Keys of a supplier's message id: one where the connection names its format, else one a reading. */
export function supplierKeys(connection: string, raw: string, known: Connection | undefined): CandidateKey[] {
  return supplierIdReadings(raw, known?.idFormat ?? null).map(({ reading, value }) => ({
    key: `${connectionKey(connection)}${S}${value}`,
    reading,
  }));
}

export function gatewayKey(source: string, gatewayMessageId: string): CandidateKey {
  return { key: `s${S}${source}${S}${gatewayMessageId}`, reading: 'string' };
}

/** A connection as a part of keys: what registers under it, and where all of it meets. */
export function connectionKey(connection: string): string {
  return `c${S}${connection}`;
}

/** A supplier's id, or a connection, among the attempts of one message. */
export function withinMessage(gateway: string, supplierKey: string): string {
  return `${gateway}${S}${supplierKey}`;
}

/** Whether a question is about a message by its gateway id; its other keys are within that message. */
export function asksByGatewayId(record: CorrelationRecord): boolean {
  return record.key.startsWith(`s${S}`);
}

/** A record that needs nobody to know whose message it is about. */
export function namesMessage(usage: UsageEvent): boolean {
  return usage.account !== null && usage.gatewayMessageId !== null && !isConcatenated(usage);
}

/** Whether the supplier's id may tell the attempt of this receipt. */
export function isTellable(usage: UsageEvent, named: Named): boolean {
  return named.attempt === null && usage.connection !== null && usage.supplierMessageId !== null;
}

export function connectionKnownTo(view: SourceView, usage: UsageEvent): Connection | undefined {
  return usage.connection === null ? undefined : view.connections.get(usage.connection);
}

/** What the parts of a concatenated message have in common; the time window is the fold's. */
export function concatenationKey({ identity, sender, recipient, udh }: UsageEvent): string {
  return `u${S}${identity.source}${S}${sender ?? ''}${S}${recipient ?? ''}${S}${udh?.ref ?? 0}${S}${udh?.total ?? 0}`;
}

/** A part of a message whose parts are records of their own. */
export function isConcatenated(usage: UsageEvent): boolean {
  return usage.udh !== null && usage.udh.total > 1;
}

/**
 * What a record that names the account leaves behind for those that do not: under the gateway's id, and under the
 * supplier's id in every reading that its connection allows. The gateway's id also learns which supplier id is of which
 * attempt, and on which connections it has any.
 */
export function registrationsOf(usage: UsageEvent, known: Connection | undefined): Correlated[] {
  const out: Correlated[] = [];
  if (usage.account === null) return out;
  const { event, source } = usage.identity;
  if (event !== 'accepted' && event !== 'submitted' && event !== 'received') return out;
  const { connection, supplierMessageId } = usage;
  const ids =
    connection === null || supplierMessageId === null ? [] : supplierKeys(connection, supplierMessageId.raw, known);
  const meeting = connectionKey(connection ?? '');
  if (usage.gatewayMessageId !== null) {
    const gateway = gatewayKey(source, usage.gatewayMessageId);
    const within = ids.length === 0 ? [] : [meeting, ...ids.map(({ key }) => key)];
    out.push({ record: registration(usage, gateway, within), meeting: gateway.key });
  }
  for (const id of ids) out.push({ record: registration(usage, id, []), meeting });
  return out;
}

/**
 * Asks for the message of a receipt; null where the receipt names nothing to ask by.
 *
 * The gateway's id names the message, so that everything about it meets there; the supplier's id then tells the attempt,
 * where the receipt does not.
 */
export function askOf(usage: UsageEvent, named: Named, known: Connection | undefined): Correlated | null {
  const { connection, supplierMessageId } = usage;
  const ids =
    connection === null || supplierMessageId === null ? [] : supplierKeys(connection, supplierMessageId.raw, known);
  if (usage.gatewayMessageId !== null) {
    const gateway = gatewayKey(usage.identity.source, usage.gatewayMessageId);
    const within = isTellable(usage, named)
      ? ids.map(({ key, reading }) => ({ key: withinMessage(gateway.key, key), reading }))
      : [];
    return { record: ask(usage, named, [gateway, ...within]), meeting: gateway.key };
  }
  return ids.length === 0 ? null : { record: ask(usage, named, ids), meeting: connectionKey(connection ?? '') };
}

/** Asks for the common id of a concatenated message. */
export function askForParts(usage: UsageEvent, named: Named): Correlated {
  const key = concatenationKey(usage);
  return { record: ask(usage, named, [{ key, reading: 'concatenation' }]), meeting: key };
}

function registration(usage: UsageEvent, { key, reading }: CandidateKey, keys: string[]): CorrelationRecord {
  return {
    kind: 'register',
    key,
    reading,
    keys,
    usage: null,
    messageId: usage.messageId,
    account: usage.account,
    rootPayer: null,
    chain: [],
    attempt: usage.identity.attempt,
    part: usage.identity.part,
    at: usage.times.submitted ?? usage.times.accepted ?? usage.times.ingested,
    line: null,
  };
}

function ask(usage: UsageEvent, named: Named, candidates: readonly CandidateKey[]): CorrelationRecord {
  const first = candidates[0] as CandidateKey;
  return {
    kind: 'ask',
    key: first.key,
    reading: first.reading,
    keys: candidates.map(({ key }) => key),
    usage,
    messageId: null,
    account: null,
    rootPayer: null,
    chain: [],
    attempt: named.attempt,
    part: named.part,
    at: usage.rawAppendedAt,
    line: named.line,
  };
}

/** FNV-1a over UTF-16 units. The partition count of `ingest.correlation` is fixed: adding partitions parts what must meet. */
export function partitionFor(meeting: string, partitions: number): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < meeting.length; i++) {
    hash ^= meeting.charCodeAt(i);
    hash = Math.imul(hash, 0x01000193);
  }
  hash ^= hash >>> 15;
  return (hash >>> 0) % partitions;
}
