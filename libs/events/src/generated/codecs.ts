// Generated from schemas/ by `npm run generate`. Do not edit.

import { createCodec } from '../codec.js';
import type { Reader } from '../reader.js';
import { writeBoolean, writeBytes, writeDecimal, writeInt, writeLong, writeString } from '../writer.js';
import type {
  AccountStatus,
  BalanceEvent,
  CatalogEvent,
  Identity,
  Fingerprint,
  RecordRef,
  Times,
  NetworkRef,
  Network,
  Udh,
  PartCounts,
  SupplierMessageId,
  UsageEvent,
  CorrelationRecord,
  IngestProgress,
  Cause,
  Component,
  Fx,
  RateChoice,
  PlanRef,
  CounterMove,
  Reporting,
  Leg,
  RatedEvent,
  AttemptSnapshot,
  PartSnapshot,
  RateRow,
  NumberRow,
  RateChunk,
  RatingCheckpoint,
  RatingCommand,
  RejectedCdr,
} from './types.js';

function writeAccountStatus(b: Buffer, p: number, v: AccountStatus): number {
  p = writeString(b, p, v.account);
  p = writeLong(b, p, v.version);
  p = writeString(b, p, v.status);
  p = writeString(b, p, v.ownStatus);
  const v_causedBy = v.causedBy;
  if (v_causedBy == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_causedBy);
  }
  p = writeDecimal(b, p, v.available);
  p = writeString(b, p, v.currency);
  p = writeLong(b, p, v.at);
  return p;
}

function readAccountStatus(r: Reader): AccountStatus {
  return {
    account: r.string(),
    version: r.long(),
    status: r.string() as AccountStatus['status'] & string,
    ownStatus: r.string() as AccountStatus['ownStatus'] & string,
    causedBy: r.present(0) ? r.string() : null,
    available: r.decimal(),
    currency: r.string(),
    at: r.long(),
  };
}

function writeBalanceEvent(b: Buffer, p: number, v: BalanceEvent): number {
  p = writeString(b, p, v.eventId);
  p = writeString(b, p, v.type);
  p = writeString(b, p, v.account);
  p = writeString(b, p, v.currency);
  p = writeDecimal(b, p, v.amount);
  p = writeDecimal(b, p, v.balance);
  p = writeDecimal(b, p, v.held);
  p = writeDecimal(b, p, v.creditLimit);
  p = writeLong(b, p, v.at);
  const v_reason = v.reason;
  if (v_reason == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_reason);
  }
  const v_reference = v.reference;
  if (v_reference == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_reference);
  }
  p = writeString(b, p, v.actor);
  return p;
}

function readBalanceEvent(r: Reader): BalanceEvent {
  return {
    eventId: r.unique(),
    type: r.string(),
    account: r.string(),
    currency: r.string(),
    amount: r.decimal(),
    balance: r.decimal(),
    held: r.decimal(),
    creditLimit: r.decimal(),
    at: r.long(),
    reason: r.present(0) ? r.string() : null,
    reference: r.present(0) ? r.string() : null,
    actor: r.string(),
  };
}

function writeCatalogEvent(b: Buffer, p: number, v: CatalogEvent): number {
  p = writeLong(b, p, v.position);
  p = writeString(b, p, v.type);
  p = writeString(b, p, v.eventId);
  p = writeString(b, p, v.aggregate);
  p = writeString(b, p, v.aggregateId);
  p = writeInt(b, p, v.aggregateVersion);
  p = writeLong(b, p, v.occurredAt);
  p = writeString(b, p, v.actor);
  p = writeString(b, p, v.data);
  return p;
}

function readCatalogEvent(r: Reader): CatalogEvent {
  return {
    position: r.long(),
    type: r.string(),
    eventId: r.unique(),
    aggregate: r.string(),
    aggregateId: r.string(),
    aggregateVersion: r.int(),
    occurredAt: r.long(),
    actor: r.string(),
    data: r.unique(),
  };
}

function writeIdentity(b: Buffer, p: number, v: Identity): number {
  p = writeString(b, p, v.source);
  p = writeString(b, p, v.sourceRecordId);
  p = writeInt(b, p, v.attempt);
  p = writeInt(b, p, v.part);
  p = writeString(b, p, v.event);
  return p;
}

function readIdentity(r: Reader): Identity {
  return {
    source: r.string(),
    sourceRecordId: r.unique(),
    attempt: r.int(),
    part: r.int(),
    event: r.string(),
  };
}

function writeFingerprint(b: Buffer, p: number, v: Fingerprint): number {
  p = writeInt(b, p, v.version);
  p = writeString(b, p, v.hash);
  return p;
}

function readFingerprint(r: Reader): Fingerprint {
  return {
    version: r.int(),
    hash: r.unique(),
  };
}

function writeRecordRef(b: Buffer, p: number, v: RecordRef): number {
  p = writeString(b, p, v.topic);
  p = writeInt(b, p, v.partition);
  p = writeLong(b, p, v.offset);
  return p;
}

function readRecordRef(r: Reader): RecordRef {
  return {
    topic: r.string(),
    partition: r.int(),
    offset: r.long(),
  };
}

function writeTimes(b: Buffer, p: number, v: Times): number {
  const v_accepted = v.accepted;
  if (v_accepted == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeLong(b, p, v_accepted);
  }
  const v_scheduled = v.scheduled;
  if (v_scheduled == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeLong(b, p, v_scheduled);
  }
  const v_submitted = v.submitted;
  if (v_submitted == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeLong(b, p, v_submitted);
  }
  const v_done = v.done;
  if (v_done == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeLong(b, p, v_done);
  }
  p = writeLong(b, p, v.ingested);
  const v_zone = v.zone;
  if (v_zone == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_zone);
  }
  const v_zoneFlag = v.zoneFlag;
  if (v_zoneFlag == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_zoneFlag);
  }
  return p;
}

function readTimes(r: Reader): Times {
  return {
    accepted: r.present(0) ? r.long() : null,
    scheduled: r.present(0) ? r.long() : null,
    submitted: r.present(0) ? r.long() : null,
    done: r.present(0) ? r.long() : null,
    ingested: r.long(),
    zone: r.present(0) ? r.string() : null,
    zoneFlag: r.present(0) ? r.string() as Times['zoneFlag'] & string : null,
  };
}

function writeNetworkRef(b: Buffer, p: number, v: NetworkRef): number {
  const v_mcc = v.mcc;
  if (v_mcc == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_mcc);
  }
  const v_mnc = v.mnc;
  if (v_mnc == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_mnc);
  }
  const v_country = v.country;
  if (v_country == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_country);
  }
  const v_at = v.at;
  if (v_at == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeLong(b, p, v_at);
  }
  p = writeString(b, p, v.by);
  return p;
}

function readNetworkRef(r: Reader): NetworkRef {
  return {
    mcc: r.present(0) ? r.string() : null,
    mnc: r.present(0) ? r.string() : null,
    country: r.present(0) ? r.string() : null,
    at: r.present(0) ? r.long() : null,
    by: r.string(),
  };
}

function writeNetwork(b: Buffer, p: number, v: Network): number {
  const v_reported = v.reported;
  if (v_reported == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeNetworkRef(b, p, v_reported);
  }
  const v_ported = v.ported;
  if (v_ported == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeNetworkRef(b, p, v_ported);
  }
  const v_range = v.range;
  if (v_range == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeNetworkRef(b, p, v_range);
  }
  return p;
}

function readNetwork(r: Reader): Network {
  return {
    reported: r.present(0) ? readNetworkRef(r) : null,
    ported: r.present(0) ? readNetworkRef(r) : null,
    range: r.present(0) ? readNetworkRef(r) : null,
  };
}

function writeUdh(b: Buffer, p: number, v: Udh): number {
  p = writeInt(b, p, v.ref);
  p = writeInt(b, p, v.part);
  p = writeInt(b, p, v.total);
  return p;
}

function readUdh(r: Reader): Udh {
  return {
    ref: r.int(),
    part: r.int(),
    total: r.int(),
  };
}

function writePartCounts(b: Buffer, p: number, v: PartCounts): number {
  const v_reported = v.reported;
  if (v_reported == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeInt(b, p, v_reported);
  }
  const v_computed8 = v.computed8;
  if (v_computed8 == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeInt(b, p, v_computed8);
  }
  const v_computed16 = v.computed16;
  if (v_computed16 == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeInt(b, p, v_computed16);
  }
  p = writeBoolean(b, p, v.assumed);
  return p;
}

function readPartCounts(r: Reader): PartCounts {
  return {
    reported: r.present(0) ? r.int() : null,
    computed8: r.present(0) ? r.int() : null,
    computed16: r.present(0) ? r.int() : null,
    assumed: r.boolean(),
  };
}

function writeSupplierMessageId(b: Buffer, p: number, v: SupplierMessageId): number {
  p = writeString(b, p, v.raw);
  p = writeString(b, p, v.normalised);
  return p;
}

function readSupplierMessageId(r: Reader): SupplierMessageId {
  return {
    raw: r.unique(),
    normalised: r.unique(),
  };
}

function writeUsageEvent(b: Buffer, p: number, v: UsageEvent): number {
  p = writeString(b, p, v.usageEventId);
  p = writeString(b, p, v.messageId);
  p = writeIdentity(b, p, v.identity);
  p = writeFingerprint(b, p, v.fingerprint);
  p = writeRecordRef(b, p, v.rawRef);
  p = writeLong(b, p, v.rawAppendedAt);
  p = writeLong(b, p, v.catalogPosition);
  p = writeString(b, p, v.service);
  p = writeString(b, p, v.direction);
  const v_account = v.account;
  if (v_account == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_account);
  }
  p = writeString(b, p, v.rootPayer);
  const v_chains = v.chain;
  if (v_chains.length > 0) {
    p = writeInt(b, p, v_chains.length);
    for (const item of v_chains) {
      p = writeString(b, p, item);
    }
  }
  b[p++] = 0;
  const v_systemId = v.systemId;
  if (v_systemId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_systemId);
  }
  const v_clientRef = v.clientRef;
  if (v_clientRef == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_clientRef);
  }
  const v_authorizationId = v.authorizationId;
  if (v_authorizationId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_authorizationId);
  }
  const v_gatewayMessageId = v.gatewayMessageId;
  if (v_gatewayMessageId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_gatewayMessageId);
  }
  p = writeTimes(b, p, v.times);
  p = writeBoolean(b, p, v.timeEstimated);
  const v_sender = v.sender;
  if (v_sender == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_sender);
  }
  const v_senderType = v.senderType;
  if (v_senderType == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_senderType);
  }
  const v_senderRegistrationId = v.senderRegistrationId;
  if (v_senderRegistrationId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_senderRegistrationId);
  }
  const v_brandId = v.brandId;
  if (v_brandId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_brandId);
  }
  const v_campaignId = v.campaignId;
  if (v_campaignId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_campaignId);
  }
  const v_dltEntityId = v.dltEntityId;
  if (v_dltEntityId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_dltEntityId);
  }
  const v_dltTemplateId = v.dltTemplateId;
  if (v_dltTemplateId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_dltTemplateId);
  }
  const v_originCountry = v.originCountry;
  if (v_originCountry == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_originCountry);
  }
  const v_originResolvedBy = v.originResolvedBy;
  if (v_originResolvedBy == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_originResolvedBy);
  }
  const v_recipient = v.recipient;
  if (v_recipient == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_recipient);
  }
  const v_country = v.country;
  if (v_country == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_country);
  }
  p = writeNetwork(b, p, v.network);
  p = writeString(b, p, v.trafficClass);
  const v_classResolvedBy = v.classResolvedBy;
  if (v_classResolvedBy == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_classResolvedBy);
  }
  const v_encoding = v.encoding;
  if (v_encoding == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_encoding);
  }
  const v_dcs = v.dcs;
  if (v_dcs == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeInt(b, p, v_dcs);
  }
  const v_udh = v.udh;
  if (v_udh == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeUdh(b, p, v_udh);
  }
  const v_textHash = v.textHash;
  if (v_textHash == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_textHash);
  }
  const v_textLength = v.textLength;
  if (v_textLength == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeInt(b, p, v_textLength);
  }
  p = writePartCounts(b, p, v.parts);
  const v_validity = v.validity;
  if (v_validity == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_validity);
  }
  const v_priority = v.priority;
  if (v_priority == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeInt(b, p, v_priority);
  }
  const v_dlrRequested = v.dlrRequested;
  if (v_dlrRequested == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeBoolean(b, p, v_dlrRequested);
  }
  const v_supplier = v.supplier;
  if (v_supplier == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_supplier);
  }
  const v_connection = v.connection;
  if (v_connection == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_connection);
  }
  const v_route = v.route;
  if (v_route == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_route);
  }
  const v_routeGrade = v.routeGrade;
  if (v_routeGrade == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_routeGrade);
  }
  const v_hops = v.hops;
  if (v_hops == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeInt(b, p, v_hops);
  }
  const v_supplierMessageId = v.supplierMessageId;
  if (v_supplierMessageId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeSupplierMessageId(b, p, v_supplierMessageId);
  }
  const v_status = v.status;
  if (v_status == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_status);
  }
  const v_rawStatus = v.rawStatus;
  if (v_rawStatus == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_rawStatus);
  }
  const v_errorCode = v.errorCode;
  if (v_errorCode == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_errorCode);
  }
  const v_smscGt = v.smscGt;
  if (v_smscGt == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_smscGt);
  }
  const v_servingMsc = v.servingMsc;
  if (v_servingMsc == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_servingMsc);
  }
  const v_imsi = v.imsi;
  if (v_imsi == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_imsi);
  }
  const v_durationSec = v.durationSec;
  if (v_durationSec == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeInt(b, p, v_durationSec);
  }
  const v_answeredAt = v.answeredAt;
  if (v_answeredAt == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeLong(b, p, v_answeredAt);
  }
  const v_hangupCause = v.hangupCause;
  if (v_hangupCause == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_hangupCause);
  }
  return p;
}

function readUsageEvent_chain(r: Reader): string[] {
  const items: string[] = [];
  for (let count = r.block(1); count !== 0; count = r.block(1)) {
    while (count-- > 0) items.push(r.string());
  }
  return items;
}
function readUsageEvent(r: Reader): UsageEvent {
  return {
    usageEventId: r.unique(),
    messageId: r.unique(),
    identity: readIdentity(r),
    fingerprint: readFingerprint(r),
    rawRef: readRecordRef(r),
    rawAppendedAt: r.long(),
    catalogPosition: r.long(),
    service: r.string(),
    direction: r.string() as UsageEvent['direction'] & string,
    account: r.present(0) ? r.string() : null,
    rootPayer: r.string(),
    chain: readUsageEvent_chain(r),
    systemId: r.present(0) ? r.string() : null,
    clientRef: r.present(0) ? r.unique() : null,
    authorizationId: r.present(0) ? r.unique() : null,
    gatewayMessageId: r.present(0) ? r.unique() : null,
    times: readTimes(r),
    timeEstimated: r.boolean(),
    sender: r.present(0) ? r.string() : null,
    senderType: r.present(0) ? r.string() : null,
    senderRegistrationId: r.present(0) ? r.string() : null,
    brandId: r.present(0) ? r.string() : null,
    campaignId: r.present(0) ? r.string() : null,
    dltEntityId: r.present(0) ? r.string() : null,
    dltTemplateId: r.present(0) ? r.string() : null,
    originCountry: r.present(0) ? r.string() : null,
    originResolvedBy: r.present(0) ? r.string() : null,
    recipient: r.present(0) ? r.unique() : null,
    country: r.present(0) ? r.string() : null,
    network: readNetwork(r),
    trafficClass: r.string(),
    classResolvedBy: r.present(0) ? r.string() : null,
    encoding: r.present(0) ? r.string() as UsageEvent['encoding'] & string : null,
    dcs: r.present(0) ? r.int() : null,
    udh: r.present(0) ? readUdh(r) : null,
    textHash: r.present(0) ? r.unique() : null,
    textLength: r.present(0) ? r.int() : null,
    parts: readPartCounts(r),
    validity: r.present(0) ? r.string() : null,
    priority: r.present(0) ? r.int() : null,
    dlrRequested: r.present(0) ? r.boolean() : null,
    supplier: r.present(0) ? r.string() : null,
    connection: r.present(0) ? r.string() : null,
    route: r.present(0) ? r.string() : null,
    routeGrade: r.present(0) ? r.string() : null,
    hops: r.present(0) ? r.int() : null,
    supplierMessageId: r.present(0) ? readSupplierMessageId(r) : null,
    status: r.present(0) ? r.string() : null,
    rawStatus: r.present(0) ? r.string() : null,
    errorCode: r.present(0) ? r.string() : null,
    smscGt: r.present(0) ? r.string() : null,
    servingMsc: r.present(0) ? r.string() : null,
    imsi: r.present(0) ? r.string() : null,
    durationSec: r.present(0) ? r.int() : null,
    answeredAt: r.present(0) ? r.long() : null,
    hangupCause: r.present(0) ? r.string() : null,
  };
}

function writeCorrelationRecord(b: Buffer, p: number, v: CorrelationRecord): number {
  p = writeString(b, p, v.kind);
  p = writeString(b, p, v.key);
  p = writeString(b, p, v.reading);
  const v_keyss = v.keys;
  if (v_keyss.length > 0) {
    p = writeInt(b, p, v_keyss.length);
    for (const item of v_keyss) {
      p = writeString(b, p, item);
    }
  }
  b[p++] = 0;
  const v_usage = v.usage;
  if (v_usage == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeUsageEvent(b, p, v_usage);
  }
  const v_messageId = v.messageId;
  if (v_messageId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_messageId);
  }
  const v_account = v.account;
  if (v_account == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_account);
  }
  const v_rootPayer = v.rootPayer;
  if (v_rootPayer == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_rootPayer);
  }
  const v_chains = v.chain;
  if (v_chains.length > 0) {
    p = writeInt(b, p, v_chains.length);
    for (const item of v_chains) {
      p = writeString(b, p, item);
    }
  }
  b[p++] = 0;
  const v_attempt = v.attempt;
  if (v_attempt == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeInt(b, p, v_attempt);
  }
  const v_part = v.part;
  if (v_part == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeInt(b, p, v_part);
  }
  p = writeLong(b, p, v.at);
  const v_line = v.line;
  if (v_line == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeInt(b, p, v_line);
  }
  return p;
}

function readCorrelationRecord_keys(r: Reader): string[] {
  const items: string[] = [];
  for (let count = r.block(1); count !== 0; count = r.block(1)) {
    while (count-- > 0) items.push(r.unique());
  }
  return items;
}
function readCorrelationRecord_chain(r: Reader): string[] {
  const items: string[] = [];
  for (let count = r.block(1); count !== 0; count = r.block(1)) {
    while (count-- > 0) items.push(r.string());
  }
  return items;
}
function readCorrelationRecord(r: Reader): CorrelationRecord {
  return {
    kind: r.string() as CorrelationRecord['kind'] & string,
    key: r.unique(),
    reading: r.string(),
    keys: readCorrelationRecord_keys(r),
    usage: r.present(0) ? readUsageEvent(r) : null,
    messageId: r.present(0) ? r.unique() : null,
    account: r.present(0) ? r.string() : null,
    rootPayer: r.present(0) ? r.string() : null,
    chain: readCorrelationRecord_chain(r),
    attempt: r.present(0) ? r.int() : null,
    part: r.present(0) ? r.int() : null,
    at: r.long(),
    line: r.present(0) ? r.int() : null,
  };
}

function writeIngestProgress(b: Buffer, p: number, v: IngestProgress): number {
  p = writeString(b, p, v.topic);
  p = writeInt(b, p, v.partition);
  p = writeLong(b, p, v.progressAt);
  p = writeLong(b, p, v.at);
  return p;
}

function readIngestProgress(r: Reader): IngestProgress {
  return {
    topic: r.string(),
    partition: r.int(),
    progressAt: r.long(),
    at: r.long(),
  };
}

function writeCause(b: Buffer, p: number, v: Cause): number {
  p = writeString(b, p, v.type);
  p = writeString(b, p, v.id);
  const v_topic = v.topic;
  if (v_topic == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_topic);
  }
  const v_partition = v.partition;
  if (v_partition == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeInt(b, p, v_partition);
  }
  const v_offset = v.offset;
  if (v_offset == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeLong(b, p, v_offset);
  }
  const v_position = v.position;
  if (v_position == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeLong(b, p, v_position);
  }
  const v_deadline = v.deadline;
  if (v_deadline == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeLong(b, p, v_deadline);
  }
  return p;
}

function readCause(r: Reader): Cause {
  return {
    type: r.string() as Cause['type'] & string,
    id: r.string(),
    topic: r.present(0) ? r.string() : null,
    partition: r.present(0) ? r.int() : null,
    offset: r.present(0) ? r.long() : null,
    position: r.present(0) ? r.long() : null,
    deadline: r.present(0) ? r.long() : null,
  };
}

function writeComponent(b: Buffer, p: number, v: Component): number {
  p = writeString(b, p, v.kind);
  p = writeString(b, p, v.name);
  p = writeInt(b, p, v.quantity);
  p = writeDecimal(b, p, v.unitPrice);
  p = writeDecimal(b, p, v.amount);
  const v_rateId = v.rateId;
  if (v_rateId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_rateId);
  }
  return p;
}

function readComponent(r: Reader): Component {
  return {
    kind: r.string() as Component['kind'] & string,
    name: r.string(),
    quantity: r.int(),
    unitPrice: r.decimal(),
    amount: r.decimal(),
    rateId: r.present(0) ? r.string() : null,
  };
}

function writeFx(b: Buffer, p: number, v: Fx): number {
  p = writeString(b, p, v.from);
  p = writeString(b, p, v.to);
  p = writeString(b, p, v.rate);
  p = writeString(b, p, v.rateDate);
  p = writeString(b, p, v.source);
  p = writeString(b, p, v.rule);
  const v_base = v.base;
  if (v_base == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_base);
  }
  const v_fromPerBase = v.fromPerBase;
  if (v_fromPerBase == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_fromPerBase);
  }
  const v_toPerBase = v.toPerBase;
  if (v_toPerBase == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_toPerBase);
  }
  const v_spreadPercent = v.spreadPercent;
  if (v_spreadPercent == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_spreadPercent);
  }
  p = writeBoolean(b, p, v.provisional);
  return p;
}

function readFx(r: Reader): Fx {
  return {
    from: r.string(),
    to: r.string(),
    rate: r.string(),
    rateDate: r.string(),
    source: r.string(),
    rule: r.string(),
    base: r.present(0) ? r.string() : null,
    fromPerBase: r.present(0) ? r.string() : null,
    toPerBase: r.present(0) ? r.string() : null,
    spreadPercent: r.present(0) ? r.string() : null,
    provisional: r.boolean(),
  };
}

function writeRateChoice(b: Buffer, p: number, v: RateChoice): number {
  p = writeString(b, p, v.cardId);
  p = writeInt(b, p, v.version);
  p = writeString(b, p, v.rateId);
  p = writeString(b, p, v.matchedBy);
  return p;
}

function readRateChoice(r: Reader): RateChoice {
  return {
    cardId: r.string(),
    version: r.int(),
    rateId: r.string(),
    matchedBy: r.string(),
  };
}

function writePlanRef(b: Buffer, p: number, v: PlanRef): number {
  p = writeString(b, p, v.id);
  p = writeInt(b, p, v.version);
  return p;
}

function readPlanRef(r: Reader): PlanRef {
  return {
    id: r.string(),
    version: r.int(),
  };
}

function writeCounterMove(b: Buffer, p: number, v: CounterMove): number {
  p = writeString(b, p, v.id);
  p = writeDecimal(b, p, v.before);
  p = writeDecimal(b, p, v.after);
  return p;
}

function readCounterMove(r: Reader): CounterMove {
  return {
    id: r.string(),
    before: r.decimal(),
    after: r.decimal(),
  };
}

function writeReporting(b: Buffer, p: number, v: Reporting): number {
  p = writeDecimal(b, p, v.amount);
  p = writeString(b, p, v.currency);
  p = writeFx(b, p, v.fx);
  return p;
}

function readReporting(r: Reader): Reporting {
  return {
    amount: r.decimal(),
    currency: r.string(),
    fx: readFx(r),
  };
}

function writeLeg(b: Buffer, p: number, v: Leg): number {
  p = writeString(b, p, v.legId);
  p = writeString(b, p, v.side);
  p = writeInt(b, p, v.level);
  p = writeString(b, p, v.payer);
  p = writeString(b, p, v.payee);
  p = writeInt(b, p, v.attempt);
  const v_supplierId = v.supplierId;
  if (v_supplierId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_supplierId);
  }
  const v_legalEntity = v.legalEntity;
  if (v_legalEntity == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_legalEntity);
  }
  const v_taxCategory = v.taxCategory;
  if (v_taxCategory == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_taxCategory);
  }
  p = writeString(b, p, v.action);
  const v_reason = v.reason;
  if (v_reason == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_reason);
  }
  p = writeString(b, p, v.basis);
  p = writeLong(b, p, v.billingTime);
  p = writeInt(b, p, v.quantity);
  p = writeString(b, p, v.unit);
  const v_componentss = v.components;
  if (v_componentss.length > 0) {
    p = writeInt(b, p, v_componentss.length);
    for (const item of v_componentss) {
      p = writeComponent(b, p, item);
    }
  }
  b[p++] = 0;
  p = writeDecimal(b, p, v.amount);
  p = writeString(b, p, v.currency);
  p = writeDecimal(b, p, v.accountAmount);
  p = writeString(b, p, v.accountCurrency);
  p = writeDecimal(b, p, v.heldAmount);
  p = writeDecimal(b, p, v.heldAmountFreed);
  const v_fx = v.fx;
  if (v_fx == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeFx(b, p, v_fx);
  }
  const v_rate = v.rate;
  if (v_rate == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeRateChoice(b, p, v_rate);
  }
  const v_plan = v.plan;
  if (v_plan == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writePlanRef(b, p, v_plan);
  }
  const v_counterss = v.counters;
  if (v_counterss.length > 0) {
    p = writeInt(b, p, v_counterss.length);
    for (const item of v_counterss) {
      p = writeCounterMove(b, p, item);
    }
  }
  b[p++] = 0;
  const v_deadline = v.deadline;
  if (v_deadline == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeLong(b, p, v_deadline);
  }
  const v_timeoutPolicy = v.timeoutPolicy;
  if (v_timeoutPolicy == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_timeoutPolicy);
  }
  const v_reporting = v.reporting;
  if (v_reporting == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeReporting(b, p, v_reporting);
  }
  return p;
}

function readLeg_components(r: Reader): Component[] {
  const items: Component[] = [];
  for (let count = r.block(8); count !== 0; count = r.block(8)) {
    while (count-- > 0) items.push(readComponent(r));
  }
  return items;
}
function readLeg_counters(r: Reader): CounterMove[] {
  const items: CounterMove[] = [];
  for (let count = r.block(5); count !== 0; count = r.block(5)) {
    while (count-- > 0) items.push(readCounterMove(r));
  }
  return items;
}
function readLeg(r: Reader): Leg {
  return {
    legId: r.unique(),
    side: r.string() as Leg['side'] & string,
    level: r.int(),
    payer: r.string(),
    payee: r.string(),
    attempt: r.int(),
    supplierId: r.present(0) ? r.string() : null,
    legalEntity: r.present(0) ? r.string() : null,
    taxCategory: r.present(0) ? r.string() : null,
    action: r.string() as Leg['action'] & string,
    reason: r.present(0) ? r.string() : null,
    basis: r.string() as Leg['basis'] & string,
    billingTime: r.long(),
    quantity: r.int(),
    unit: r.string() as Leg['unit'] & string,
    components: readLeg_components(r),
    amount: r.decimal(),
    currency: r.string(),
    accountAmount: r.decimal(),
    accountCurrency: r.string(),
    heldAmount: r.decimal(),
    heldAmountFreed: r.decimal(),
    fx: r.present(0) ? readFx(r) : null,
    rate: r.present(0) ? readRateChoice(r) : null,
    plan: r.present(0) ? readPlanRef(r) : null,
    counters: readLeg_counters(r),
    deadline: r.present(0) ? r.long() : null,
    timeoutPolicy: r.present(0) ? r.string() as Leg['timeoutPolicy'] & string : null,
    reporting: r.present(0) ? readReporting(r) : null,
  };
}

function writeRatedEvent(b: Buffer, p: number, v: RatedEvent): number {
  p = writeString(b, p, v.ratedId);
  p = writeString(b, p, v.kind);
  p = writeString(b, p, v.messageId);
  p = writeInt(b, p, v.part);
  const v_identity = v.identity;
  if (v_identity == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeIdentity(b, p, v_identity);
  }
  const v_fingerprint = v.fingerprint;
  if (v_fingerprint == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeFingerprint(b, p, v_fingerprint);
  }
  p = writeCause(b, p, v.cause);
  p = writeString(b, p, v.event);
  const v_status = v.status;
  if (v_status == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_status);
  }
  const v_deadline = v.deadline;
  if (v_deadline == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeLong(b, p, v_deadline);
  }
  p = writeLong(b, p, v.ratedAt);
  p = writeLong(b, p, v.catalogPosition);
  const v_correctsRatedId = v.correctsRatedId;
  if (v_correctsRatedId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_correctsRatedId);
  }
  const v_rerateRunId = v.rerateRunId;
  if (v_rerateRunId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_rerateRunId);
  }
  const v_reason = v.reason;
  if (v_reason == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_reason);
  }
  p = writeString(b, p, v.service);
  p = writeString(b, p, v.direction);
  const v_account = v.account;
  if (v_account == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_account);
  }
  p = writeString(b, p, v.rootPayer);
  const v_chains = v.chain;
  if (v_chains.length > 0) {
    p = writeInt(b, p, v_chains.length);
    for (const item of v_chains) {
      p = writeString(b, p, item);
    }
  }
  b[p++] = 0;
  const v_systemId = v.systemId;
  if (v_systemId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_systemId);
  }
  const v_clientRef = v.clientRef;
  if (v_clientRef == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_clientRef);
  }
  const v_authorizationId = v.authorizationId;
  if (v_authorizationId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_authorizationId);
  }
  const v_gatewayMessageId = v.gatewayMessageId;
  if (v_gatewayMessageId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_gatewayMessageId);
  }
  p = writeTimes(b, p, v.times);
  p = writeLong(b, p, v.rawAppendedAt);
  p = writeBoolean(b, p, v.timeEstimated);
  const v_sender = v.sender;
  if (v_sender == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_sender);
  }
  const v_senderType = v.senderType;
  if (v_senderType == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_senderType);
  }
  const v_senderRegistrationId = v.senderRegistrationId;
  if (v_senderRegistrationId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_senderRegistrationId);
  }
  const v_campaignId = v.campaignId;
  if (v_campaignId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_campaignId);
  }
  const v_originCountry = v.originCountry;
  if (v_originCountry == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_originCountry);
  }
  const v_originResolvedBy = v.originResolvedBy;
  if (v_originResolvedBy == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_originResolvedBy);
  }
  const v_recipientPrefix = v.recipientPrefix;
  if (v_recipientPrefix == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_recipientPrefix);
  }
  const v_recipientHash = v.recipientHash;
  if (v_recipientHash == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_recipientHash);
  }
  const v_recipientHashKeyId = v.recipientHashKeyId;
  if (v_recipientHashKeyId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_recipientHashKeyId);
  }
  const v_country = v.country;
  if (v_country == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_country);
  }
  p = writeNetwork(b, p, v.network);
  p = writeString(b, p, v.trafficClass);
  const v_classResolvedBy = v.classResolvedBy;
  if (v_classResolvedBy == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_classResolvedBy);
  }
  const v_encoding = v.encoding;
  if (v_encoding == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_encoding);
  }
  const v_udh = v.udh;
  if (v_udh == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeUdh(b, p, v_udh);
  }
  p = writePartCounts(b, p, v.parts);
  const v_supplier = v.supplier;
  if (v_supplier == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_supplier);
  }
  const v_connection = v.connection;
  if (v_connection == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_connection);
  }
  const v_route = v.route;
  if (v_route == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_route);
  }
  const v_routeGrade = v.routeGrade;
  if (v_routeGrade == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_routeGrade);
  }
  const v_supplierMessageId = v.supplierMessageId;
  if (v_supplierMessageId == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeSupplierMessageId(b, p, v_supplierMessageId);
  }
  const v_rawStatus = v.rawStatus;
  if (v_rawStatus == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_rawStatus);
  }
  const v_errorCode = v.errorCode;
  if (v_errorCode == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_errorCode);
  }
  const v_legss = v.legs;
  if (v_legss.length > 0) {
    p = writeInt(b, p, v_legss.length);
    for (const item of v_legss) {
      p = writeLeg(b, p, item);
    }
  }
  b[p++] = 0;
  const v_subjectEvent = v.subjectEvent;
  if (v_subjectEvent == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_subjectEvent);
  }
  const v_subjectRankss = v.subjectRanks;
  if (v_subjectRankss.length > 0) {
    p = writeInt(b, p, v_subjectRankss.length);
    for (const item of v_subjectRankss) {
      p = writeInt(b, p, item);
    }
  }
  b[p++] = 0;
  const v_openingRouteGrade = v.openingRouteGrade;
  if (v_openingRouteGrade == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_openingRouteGrade);
  }
  return p;
}

function readRatedEvent_chain(r: Reader): string[] {
  const items: string[] = [];
  for (let count = r.block(1); count !== 0; count = r.block(1)) {
    while (count-- > 0) items.push(r.string());
  }
  return items;
}
function readRatedEvent_legs(r: Reader): Leg[] {
  const items: Leg[] = [];
  for (let count = r.block(33); count !== 0; count = r.block(33)) {
    while (count-- > 0) items.push(readLeg(r));
  }
  return items;
}
function readRatedEvent_subjectRanks(r: Reader): number[] {
  const items: number[] = [];
  for (let count = r.block(1); count !== 0; count = r.block(1)) {
    while (count-- > 0) items.push(r.int());
  }
  return items;
}
function readRatedEvent(r: Reader): RatedEvent {
  return {
    ratedId: r.unique(),
    kind: r.string(),
    messageId: r.unique(),
    part: r.int(),
    identity: r.present(0) ? readIdentity(r) : null,
    fingerprint: r.present(0) ? readFingerprint(r) : null,
    cause: readCause(r),
    event: r.string(),
    status: r.present(0) ? r.string() : null,
    deadline: r.present(0) ? r.long() : null,
    ratedAt: r.long(),
    catalogPosition: r.long(),
    correctsRatedId: r.present(0) ? r.unique() : null,
    rerateRunId: r.present(0) ? r.string() : null,
    reason: r.present(0) ? r.string() : null,
    service: r.string(),
    direction: r.string() as RatedEvent['direction'] & string,
    account: r.present(0) ? r.string() : null,
    rootPayer: r.string(),
    chain: readRatedEvent_chain(r),
    systemId: r.present(0) ? r.string() : null,
    clientRef: r.present(0) ? r.unique() : null,
    authorizationId: r.present(0) ? r.unique() : null,
    gatewayMessageId: r.present(0) ? r.unique() : null,
    times: readTimes(r),
    rawAppendedAt: r.long(),
    timeEstimated: r.boolean(),
    sender: r.present(0) ? r.string() : null,
    senderType: r.present(0) ? r.string() : null,
    senderRegistrationId: r.present(0) ? r.string() : null,
    campaignId: r.present(0) ? r.string() : null,
    originCountry: r.present(0) ? r.string() : null,
    originResolvedBy: r.present(0) ? r.string() : null,
    recipientPrefix: r.present(0) ? r.string() : null,
    recipientHash: r.present(0) ? r.unique() : null,
    recipientHashKeyId: r.present(0) ? r.string() : null,
    country: r.present(0) ? r.string() : null,
    network: readNetwork(r),
    trafficClass: r.string(),
    classResolvedBy: r.present(0) ? r.string() : null,
    encoding: r.present(0) ? r.string() : null,
    udh: r.present(0) ? readUdh(r) : null,
    parts: readPartCounts(r),
    supplier: r.present(0) ? r.string() : null,
    connection: r.present(0) ? r.string() : null,
    route: r.present(0) ? r.string() : null,
    routeGrade: r.present(0) ? r.string() : null,
    supplierMessageId: r.present(0) ? readSupplierMessageId(r) : null,
    rawStatus: r.present(0) ? r.string() : null,
    errorCode: r.present(0) ? r.string() : null,
    legs: readRatedEvent_legs(r),
    subjectEvent: r.present(0) ? r.string() : null,
    subjectRanks: readRatedEvent_subjectRanks(r),
    openingRouteGrade: r.present(0) ? r.string() : null,
  };
}

function writeAttemptSnapshot(b: Buffer, p: number, v: AttemptSnapshot): number {
  p = writeInt(b, p, v.attempt);
  const v_status = v.status;
  if (v_status == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_status);
  }
  p = writeBoolean(b, p, v.delivered);
  const v_submittedAt = v.submittedAt;
  if (v_submittedAt == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeLong(b, p, v_submittedAt);
  }
  const v_doneAt = v.doneAt;
  if (v_doneAt == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeLong(b, p, v_doneAt);
  }
  const v_supplier = v.supplier;
  if (v_supplier == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_supplier);
  }
  const v_connection = v.connection;
  if (v_connection == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_connection);
  }
  const v_route = v.route;
  if (v_route == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_route);
  }
  const v_routeGrade = v.routeGrade;
  if (v_routeGrade == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_routeGrade);
  }
  p = writeInt(b, p, v.routeGradeRank);
  return p;
}

function readAttemptSnapshot(r: Reader): AttemptSnapshot {
  return {
    attempt: r.int(),
    status: r.present(0) ? r.string() : null,
    delivered: r.boolean(),
    submittedAt: r.present(0) ? r.long() : null,
    doneAt: r.present(0) ? r.long() : null,
    supplier: r.present(0) ? r.string() : null,
    connection: r.present(0) ? r.string() : null,
    route: r.present(0) ? r.string() : null,
    routeGrade: r.present(0) ? r.string() : null,
    routeGradeRank: r.int(),
  };
}

function writePartSnapshot(b: Buffer, p: number, v: PartSnapshot): number {
  p = writeRatedEvent(b, p, v.subject);
  p = writeBoolean(b, p, v.priced);
  p = writeBoolean(b, p, v.blocked);
  const v_attemptss = v.attempts;
  if (v_attemptss.length > 0) {
    p = writeInt(b, p, v_attemptss.length);
    for (const item of v_attemptss) {
      p = writeAttemptSnapshot(b, p, item);
    }
  }
  b[p++] = 0;
  return p;
}

function readPartSnapshot_attempts(r: Reader): AttemptSnapshot[] {
  const items: AttemptSnapshot[] = [];
  for (let count = r.block(10); count !== 0; count = r.block(10)) {
    while (count-- > 0) items.push(readAttemptSnapshot(r));
  }
  return items;
}
function readPartSnapshot(r: Reader): PartSnapshot {
  return {
    subject: readRatedEvent(r),
    priced: r.boolean(),
    blocked: r.boolean(),
    attempts: readPartSnapshot_attempts(r),
  };
}

function writeRateRow(b: Buffer, p: number, v: RateRow): number {
  p = writeString(b, p, v.rateId);
  const v_country = v.country;
  if (v_country == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_country);
  }
  const v_mcc = v.mcc;
  if (v_mcc == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_mcc);
  }
  const v_mnc = v.mnc;
  if (v_mnc == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_mnc);
  }
  const v_prefix = v.prefix;
  if (v_prefix == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_prefix);
  }
  const v_trafficClass = v.trafficClass;
  if (v_trafficClass == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_trafficClass);
  }
  p = writeDecimal(b, p, v.price);
  p = writeString(b, p, v.unit);
  const v_basis = v.basis;
  if (v_basis == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_basis);
  }
  const v_timeoutSec = v.timeoutSec;
  if (v_timeoutSec == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeInt(b, p, v_timeoutSec);
  }
  const v_timeoutPolicy = v.timeoutPolicy;
  if (v_timeoutPolicy == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_timeoutPolicy);
  }
  const v_senderType = v.senderType;
  if (v_senderType == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_senderType);
  }
  const v_originCountry = v.originCountry;
  if (v_originCountry == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_originCountry);
  }
  const v_routeGrade = v.routeGrade;
  if (v_routeGrade == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_routeGrade);
  }
  p = writeInt(b, p, v.priority);
  const v_surcharge = v.surcharge;
  if (v_surcharge == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_surcharge);
  }
  const v_validFrom = v.validFrom;
  if (v_validFrom == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeLong(b, p, v_validFrom);
  }
  const v_validUntil = v.validUntil;
  if (v_validUntil == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeLong(b, p, v_validUntil);
  }
  return p;
}

function readRateRow(r: Reader): RateRow {
  return {
    rateId: r.string(),
    country: r.present(0) ? r.string() : null,
    mcc: r.present(0) ? r.string() : null,
    mnc: r.present(0) ? r.string() : null,
    prefix: r.present(0) ? r.string() : null,
    trafficClass: r.present(0) ? r.string() : null,
    price: r.decimal(),
    unit: r.string() as RateRow['unit'] & string,
    basis: r.present(0) ? r.string() : null,
    timeoutSec: r.present(0) ? r.int() : null,
    timeoutPolicy: r.present(0) ? r.string() : null,
    senderType: r.present(0) ? r.string() : null,
    originCountry: r.present(0) ? r.string() : null,
    routeGrade: r.present(0) ? r.string() : null,
    priority: r.int(),
    surcharge: r.present(0) ? r.string() : null,
    validFrom: r.present(0) ? r.long() : null,
    validUntil: r.present(0) ? r.long() : null,
  };
}

function writeNumberRow(b: Buffer, p: number, v: NumberRow): number {
  p = writeString(b, p, v.prefix);
  const v_country = v.country;
  if (v_country == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_country);
  }
  const v_mcc = v.mcc;
  if (v_mcc == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_mcc);
  }
  const v_mnc = v.mnc;
  if (v_mnc == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_mnc);
  }
  const v_operator = v.operator;
  if (v_operator == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeString(b, p, v_operator);
  }
  return p;
}

function readNumberRow(r: Reader): NumberRow {
  return {
    prefix: r.string(),
    country: r.present(0) ? r.string() : null,
    mcc: r.present(0) ? r.string() : null,
    mnc: r.present(0) ? r.string() : null,
    operator: r.present(0) ? r.string() : null,
  };
}

function writeRateChunk(b: Buffer, p: number, v: RateChunk): number {
  p = writeString(b, p, v.kind);
  p = writeString(b, p, v.id);
  p = writeInt(b, p, v.version);
  p = writeInt(b, p, v.chunk);
  const v_ratess = v.rates;
  if (v_ratess.length > 0) {
    p = writeInt(b, p, v_ratess.length);
    for (const item of v_ratess) {
      p = writeRateRow(b, p, item);
    }
  }
  b[p++] = 0;
  const v_numberss = v.numbers;
  if (v_numberss.length > 0) {
    p = writeInt(b, p, v_numberss.length);
    for (const item of v_numberss) {
      p = writeNumberRow(b, p, item);
    }
  }
  b[p++] = 0;
  return p;
}

function readRateChunk_rates(r: Reader): RateRow[] {
  const items: RateRow[] = [];
  for (let count = r.block(19); count !== 0; count = r.block(19)) {
    while (count-- > 0) items.push(readRateRow(r));
  }
  return items;
}
function readRateChunk_numbers(r: Reader): NumberRow[] {
  const items: NumberRow[] = [];
  for (let count = r.block(5); count !== 0; count = r.block(5)) {
    while (count-- > 0) items.push(readNumberRow(r));
  }
  return items;
}
function readRateChunk(r: Reader): RateChunk {
  return {
    kind: r.string() as RateChunk['kind'] & string,
    id: r.string(),
    version: r.int(),
    chunk: r.int(),
    rates: readRateChunk_rates(r),
    numbers: readRateChunk_numbers(r),
  };
}

function writeRatingCheckpoint(b: Buffer, p: number, v: RatingCheckpoint): number {
  p = writeInt(b, p, v.partition);
  p = writeString(b, p, v.piece);
  p = writeInt(b, p, v.foldVersion);
  p = writeLong(b, p, v.offset);
  p = writeLong(b, p, v.at);
  p = writeInt(b, p, v.sequence);
  p = writeInt(b, p, v.total);
  p = writeBytes(b, p, v.bytes);
  return p;
}

function readRatingCheckpoint(r: Reader): RatingCheckpoint {
  return {
    partition: r.int(),
    piece: r.string(),
    foldVersion: r.int(),
    offset: r.long(),
    at: r.long(),
    sequence: r.int(),
    total: r.int(),
    bytes: r.bytes(),
  };
}

function writeRatingCommand(b: Buffer, p: number, v: RatingCommand): number {
  p = writeString(b, p, v.commandId);
  p = writeString(b, p, v.type);
  p = writeString(b, p, v.rootPayer);
  p = writeLong(b, p, v.at);
  p = writeString(b, p, v.actor);
  p = writeString(b, p, v.data);
  return p;
}

function readRatingCommand(r: Reader): RatingCommand {
  return {
    commandId: r.unique(),
    type: r.string(),
    rootPayer: r.string(),
    at: r.long(),
    actor: r.string(),
    data: r.unique(),
  };
}

function writeRejectedCdr(b: Buffer, p: number, v: RejectedCdr): number {
  p = writeString(b, p, v.rejectId);
  p = writeString(b, p, v.source);
  p = writeString(b, p, v.reason);
  p = writeString(b, p, v.message);
  p = writeRecordRef(b, p, v.rawRef);
  const v_line = v.line;
  if (v_line == null) b[p++] = 0;
  else {
    b[p++] = 2;
    p = writeInt(b, p, v_line);
  }
  p = writeLong(b, p, v.rejectedAt);
  p = writeBoolean(b, p, v.replayable);
  p = writeInt(b, p, v.attempt);
  p = writeBytes(b, p, v.bytes);
  p = writeBoolean(b, p, v.truncated);
  return p;
}

function readRejectedCdr(r: Reader): RejectedCdr {
  return {
    rejectId: r.unique(),
    source: r.string(),
    reason: r.string(),
    message: r.unique(),
    rawRef: readRecordRef(r),
    line: r.present(0) ? r.int() : null,
    rejectedAt: r.long(),
    replayable: r.boolean(),
    attempt: r.int(),
    bytes: r.bytes(),
    truncated: r.boolean(),
  };
}

/** Codecs of all records by name. */
export const codecs = {
  AccountStatus: createCodec<AccountStatus>('AccountStatus', writeAccountStatus, readAccountStatus),
  BalanceEvent: createCodec<BalanceEvent>('BalanceEvent', writeBalanceEvent, readBalanceEvent),
  CatalogEvent: createCodec<CatalogEvent>('CatalogEvent', writeCatalogEvent, readCatalogEvent),
  Identity: createCodec<Identity>('Identity', writeIdentity, readIdentity),
  Fingerprint: createCodec<Fingerprint>('Fingerprint', writeFingerprint, readFingerprint),
  RecordRef: createCodec<RecordRef>('RecordRef', writeRecordRef, readRecordRef),
  Times: createCodec<Times>('Times', writeTimes, readTimes),
  NetworkRef: createCodec<NetworkRef>('NetworkRef', writeNetworkRef, readNetworkRef),
  Network: createCodec<Network>('Network', writeNetwork, readNetwork),
  Udh: createCodec<Udh>('Udh', writeUdh, readUdh),
  PartCounts: createCodec<PartCounts>('PartCounts', writePartCounts, readPartCounts),
  SupplierMessageId: createCodec<SupplierMessageId>('SupplierMessageId', writeSupplierMessageId, readSupplierMessageId),
  UsageEvent: createCodec<UsageEvent>('UsageEvent', writeUsageEvent, readUsageEvent),
  CorrelationRecord: createCodec<CorrelationRecord>('CorrelationRecord', writeCorrelationRecord, readCorrelationRecord),
  IngestProgress: createCodec<IngestProgress>('IngestProgress', writeIngestProgress, readIngestProgress),
  Cause: createCodec<Cause>('Cause', writeCause, readCause),
  Component: createCodec<Component>('Component', writeComponent, readComponent),
  Fx: createCodec<Fx>('Fx', writeFx, readFx),
  RateChoice: createCodec<RateChoice>('RateChoice', writeRateChoice, readRateChoice),
  PlanRef: createCodec<PlanRef>('PlanRef', writePlanRef, readPlanRef),
  CounterMove: createCodec<CounterMove>('CounterMove', writeCounterMove, readCounterMove),
  Reporting: createCodec<Reporting>('Reporting', writeReporting, readReporting),
  Leg: createCodec<Leg>('Leg', writeLeg, readLeg),
  RatedEvent: createCodec<RatedEvent>('RatedEvent', writeRatedEvent, readRatedEvent),
  AttemptSnapshot: createCodec<AttemptSnapshot>('AttemptSnapshot', writeAttemptSnapshot, readAttemptSnapshot),
  PartSnapshot: createCodec<PartSnapshot>('PartSnapshot', writePartSnapshot, readPartSnapshot),
  RateRow: createCodec<RateRow>('RateRow', writeRateRow, readRateRow),
  NumberRow: createCodec<NumberRow>('NumberRow', writeNumberRow, readNumberRow),
  RateChunk: createCodec<RateChunk>('RateChunk', writeRateChunk, readRateChunk),
  RatingCheckpoint: createCodec<RatingCheckpoint>('RatingCheckpoint', writeRatingCheckpoint, readRatingCheckpoint),
  RatingCommand: createCodec<RatingCommand>('RatingCommand', writeRatingCommand, readRatingCommand),
  RejectedCdr: createCodec<RejectedCdr>('RejectedCdr', writeRejectedCdr, readRejectedCdr),
} as const;
