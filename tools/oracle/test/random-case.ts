import { createHash } from 'node:crypto';
import { PLAIN_ACCOUNT, PLAIN_BINDING, PLAIN_CARD, PLAIN_PLAN, PLAIN_RATE } from '@ratestream/catalog';
import type {
  Account,
  CatalogEventData,
  ChargeBasis,
  Connection,
  Plan,
  RateCard,
  Supplier,
  TimeoutPolicy,
} from '@ratestream/catalog';
import { messageIdOf, sampleUsage, usageEventId } from '@ratestream/events';
import type { Identity, NetworkRef, RateRow, UsageEvent } from '@ratestream/events';
import type { OracleCatalog, OracleVersion } from '../src/index.js';

/** 2026-05-01T12:00:00Z */
export const NOON = 1_777_636_800_000_000;
const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;

/** mulberry32: a case is named by its number alone. */
export class Dice {
  constructor(private state: number) {}

  next(): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }

  int(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)] as T;
  }

  shuffle<T>(items: readonly T[]): T[] {
    const mixed = [...items];
    for (let i = mixed.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      [mixed[i], mixed[j]] = [mixed[j] as T, mixed[i] as T];
    }
    return mixed;
  }
}

const BASES: readonly ChargeBasis[] = ['accept', 'submit', 'delivered', 'final_not_rejected'];
const POLICIES: readonly (TimeoutPolicy | null)[] = [null, null, 'settle', 'release'];
const CLASSES = ['otp', 'transactional', 'promotional'];
const COUNTRIES: readonly { country: string; code: string; mccs: readonly string[] }[] = [
  { country: 'DE', code: '49', mccs: ['262'] },
  { country: 'IN', code: '91', mccs: ['404', '405'] },
  { country: 'AG', code: '1268', mccs: ['338'] },
  { country: 'LC', code: '1758', mccs: ['338'] },
];
const MNCS = ['01', '02', '010', '050'];

/** A small catalog in which every rule has something to bite on: gaps, ties, nested prefixes, missing cards. */
export function randomCatalog(dice: Dice): OracleCatalog {
  const cardIds = { sell: ['s1', 's2', 's3'], buy: ['b1', 'b2'] };
  const cards = new Map<string, RateCard>();
  const versions = new Map<string, OracleVersion[]>();
  for (const side of ['sell', 'buy'] as const) {
    for (const id of cardIds[side]) {
      cards.set(id, randomCard(dice, id, side));
      versions.set(id, randomVersions(dice, id));
    }
  }
  const plans = new Map<string, Plan>();
  for (const id of ['p1', 'p2', 'p3', 'p4']) plans.set(id, randomPlan(dice, id, cardIds.sell));
  const accounts = new Map<string, Account>();
  const open = (id: string, parentId: string | null): void => {
    accounts.set(id, {
      id, parentId, name: id, currency: 'EUR', timeZone: 'UTC', partition: parentId === null ? 0 : null, planId: dice.chance(0.04) ? null : dice.pick([...plans.keys()]),
      mode: 'postpaid', creditLimit: '0', warnBelow: null, defaultTrafficClass: 'transactional', legalEntity: null, taxCategory: null, closed: false, ...PLAIN_ACCOUNT,
    }); // prettier-ignore
  };
  open('root', null);
  open('middle', 'root');
  open('leaf', 'middle');
  open('single', null);
  const suppliers = new Map<string, Supplier>();
  const connections = new Map<string, Connection>();
  for (const id of ['x', 'y', 'z']) {
    suppliers.set(id, {
      id,
      name: id,
      currency: 'EUR',
      buyCardId: dice.chance(0.1) ? null : dice.pick(cardIds.buy),
      legalEntity: null,
    });
    connections.set(`${id}-1`, {
      id: `${id}-1`,
      supplierId: id,
      idFormat: null,
      buyCardId: dice.chance(0.4) ? dice.pick(cardIds.buy) : null,
      route: null,
      routeGrade: null,
    });
  }
  return { accounts, suppliers, connections, cards, plans, versions };
}

function randomCard(dice: Dice, id: string, side: 'sell' | 'buy'): RateCard {
  return {
    id, name: id, side, service: 'sms', currency: 'EUR', partRule: dice.pick(['reported', 'reported', 'computed8', 'computed16', 'perMessage']),
    networkEvidence: dice.shuffle(['reported', 'ported', 'range'] as const), basis: dice.pick(BASES), timeoutSec: dice.pick([60, 3600]),
    timeoutPolicy: dice.pick(POLICIES), noReceiptCountries: dice.chance(0.3) ? [dice.pick(COUNTRIES).country] : [], ...PLAIN_CARD,
  }; // prettier-ignore
}

function randomPlan(dice: Dice, id: string, cards: readonly string[]): Plan {
  const bindings: Plan['bindings'] = CLASSES.filter(() => dice.chance(0.3)).map((trafficClass) => ({
    ...PLAIN_BINDING,
    trafficClass,
    cardId: dice.pick(cards),
  }));
  if (dice.chance(0.92)) bindings.push({ ...PLAIN_BINDING, cardId: dice.pick(cards) });
  return {
    id,
    version: 1,
    name: id,
    service: 'sms',
    bindings: dice.shuffle(bindings),
    basis: dice.pick(BASES),
    timeoutSec: dice.pick([60, 3600]),
    timeoutPolicy: dice.pick(POLICIES),
    ...PLAIN_PLAN,
  };
}

/** Instants close to noon, so that messages fall on both sides and exactly on them; some equal, some withdrawn. */
function randomVersions(dice: Dice, cardId: string): OracleVersion[] {
  return Array.from({ length: dice.int(0, 20) === 0 ? 0 : dice.int(1, 4) }, (_, index): OracleVersion => {
    const rates = randomRates(dice);
    const facts: CatalogEventData['RateCardVersionPublished'] = {
      cardId, version: index + 1, effectiveFrom: dice.pick([NOON - DAY, NOON - DAY, NOON, NOON + SECOND, NOON + 2 * SECOND]), knownAt: NOON - 2 * DAY,
      supersedes: null, withdrawnAt: dice.chance(0.1) ? NOON - DAY : null, rows: rates.length, chunks: 1, sha256: '',
    }; // prettier-ignore
    return { ...facts, rates };
  });
}

function randomRates(dice: Dice): RateRow[] {
  const rates = new Map<string, RateRow>();
  for (let i = dice.int(3, 25); i > 0; i--) {
    const where = randomDestination(dice);
    const trafficClass = dice.chance(0.4) ? dice.pick(CLASSES) : null;
    const key = JSON.stringify([where, trafficClass]);
    rates.set(key, {
      rateId: `r${rates.size}`, country: null, mcc: null, mnc: null, prefix: null, ...where, trafficClass, price: BigInt(dice.int(0, 99_999_999)) * (dice.chance(0.5) ? 1_000n : 1n),
      unit: dice.chance(0.1) ? 'message' : 'part', basis: dice.chance(0.1) ? dice.pick(BASES) : null, timeoutSec: dice.chance(0.1) ? 120 : null,
      timeoutPolicy: dice.chance(0.1) ? dice.pick(['settle', 'release']) : null, ...PLAIN_RATE,
    }); // prettier-ignore
  }
  return [...rates.values()];
}

function randomDestination(dice: Dice): Partial<RateRow> {
  const { country, code, mccs } = dice.pick(COUNTRIES);
  const mcc = dice.pick(mccs);
  switch (dice.int(0, 5)) {
    case 0:
      return { country, mcc, mnc: dice.pick(MNCS) };
    case 1:
      return { mcc, mnc: dice.pick(MNCS) };
    case 2:
      return { mcc };
    case 3:
      return { prefix: code + ['', '1', '15', '151', '7'][dice.int(0, 4)] };
    case 4:
      return { country };
    default:
      return {};
  }
}

/** A message's life in the order in which it happened. */
export function randomLife(dice: Dice, number: number): UsageEvent[] {
  const { country, code, mccs } = dice.pick(COUNTRIES);
  const accepted = NOON + dice.pick([-SECOND, -1, 0, 1, SECOND, 2 * SECOND, 5 * SECOND]);
  const chain = dice.pick([['single'], ['root'], ['middle', 'root'], ['leaf', 'middle', 'root']]);
  const evidence = (by: string): NetworkRef | null =>
    dice.chance(0.3)
      ? null
      : { mcc: dice.pick(mccs), mnc: dice.pick(MNCS), country: dice.chance(0.7) ? country : null, at: null, by };
  const total = dice.chance(0.15) ? 3 : 1;
  const reported = dice.pick([null, 1, 2, 5]);
  const computed8 = dice.pick([null, 1, 2, 3]);
  const subject: Partial<UsageEvent> = {
    messageId: messageIdOf('fuzz', String(number)), account: chain[0] ?? null, rootPayer: chain.at(-1) ?? '', chain, country,
    recipient: `+${code}${['15', '1512', '7', '99'][dice.int(0, 3)] ?? ''}${String(dice.int(1e7, 9e7))}`,
    network: { reported: evidence('gateway'), ported: evidence('hlr'), range: evidence('plan') },
    trafficClass: dice.pick(CLASSES), parts: { reported, computed8, computed16: computed8, assumed: reported === null && computed8 === null },
  }; // prettier-ignore
  const life: UsageEvent[] = [];
  for (let part = 1; part <= total; part++) {
    // Some parts never come.
    if (total > 1 && dice.chance(0.15)) continue;
    life.push(
      ...lifeOfPart(dice, number, accepted, { ...subject, udh: total === 1 ? null : { ref: 7, part, total } }, part),
    );
  }
  return life.length > 0 ? life : randomLife(dice, number);
}

function lifeOfPart(
  dice: Dice,
  number: number,
  accepted: number,
  subject: Partial<UsageEvent>,
  part: number,
): UsageEvent[] {
  const life: UsageEvent[] = [];
  const add = (event: string, attempt: number, at: number, extra: Partial<UsageEvent> = {}): void => {
    const identity: Identity = { source: 'fuzz', sourceRecordId: `${number}-${part}`, attempt, part, event };
    const submitted = attempt === 0 ? null : at;
    life.push(
      sampleUsage({
        ...subject, identity, usageEventId: usageEventId(identity), fingerprint: { version: 1, hash: contentHash(event + String(attempt)) },
        times: { accepted, scheduled: null, submitted, done: null, ingested: accepted, zone: null, zoneFlag: null },
        rawAppendedAt: accepted + SECOND, supplier: null, connection: null, supplierMessageId: null, ...extra,
      }), // prettier-ignore
    );
  };
  if (dice.chance(0.8)) add('accepted', 0, accepted);
  const attempts = dice.pick([0, 1, 1, 1, 1, 2, 2, 3]);
  for (let attempt = 1; attempt <= attempts; attempt++) {
    const supplier = dice.chance(0.95) ? dice.pick(['x', 'y', 'z', 'nobody']) : null;
    const at = { supplier, connection: supplier === null || dice.chance(0.3) ? null : `${supplier}-1` };
    const submittedAt = accepted + attempt * SECOND;
    if (dice.chance(0.12)) {
      add('submit_rejected', attempt, submittedAt, at);
      continue;
    }
    // Often the submission is not reported at all; the receipt implies it.
    if (dice.chance(0.8)) add('submitted', attempt, submittedAt, at);
    if (dice.chance(0.15)) add('unknown', attempt, submittedAt, at);
    const terminals = dice.pick([0, 1, 1, 1, 2]);
    for (let i = 0; i < terminals; i++)
      add(
        dice.pick(['delivered', 'delivered', 'undelivered', 'expired', 'rejected', 'deleted']),
        attempt,
        submittedAt,
        at,
      );
  }
  return life;
}

/** Shuffled, some of it twice, some under the same identity with other content. */
export function disturb(dice: Dice, life: readonly UsageEvent[]): UsageEvent[] {
  const again = life.filter(() => dice.chance(0.15));
  const mixed = dice.shuffle([...life, ...again]);
  const conflicting = dice.pick(mixed);
  if (dice.chance(0.05))
    mixed.push({
      ...conflicting,
      fingerprint: { version: 1, hash: contentHash('other') },
      recipient: '+4915199999999',
    });
  return mixed;
}

function contentHash(content: string): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 32);
}
