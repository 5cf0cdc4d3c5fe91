import { createHash } from 'node:crypto';
import { messageIdOf, sampleUsage, usageEventId } from '@ratestream/events';
import type { Identity, NetworkRef, UsageEvent } from '@ratestream/events';
import type { Dice } from './dice.js';
import { CLASSES, COUNTRIES, GRADES, instant, MNCS, ORIGINS, SECOND, SENDER_TYPES } from './scene.js';
import type { Scene } from './scene.js';

/** What a message is about, the same in all its steps. */
interface Message {
  number: number;
  accepted: number;
  subject: Partial<UsageEvent>;
  /** What a step tells beside it: the same in each step of most lives, something else or nothing in each of some. */
  tell: () => Told;
  /** Receipts that do not know when the message was accepted, or not even whose it is. */
  receipts: 'know all' | 'know no times' | 'know no account';
}

type Told = Partial<UsageEvent> & { scheduled: number | null };

/** A message's life in the order in which it happened. */
export function randomLife(dice: Dice, scene: Scene, number: number): UsageEvent[] {
  const message = randomMessage(dice, scene, number);
  const total = dice.chance(0.15) ? 3 : 1;
  const life: UsageEvent[] = [];
  for (let part = 1; part <= total; part++) {
    // Some parts never come.
    if (total > 1 && dice.chance(0.15)) continue;
    const udh = total === 1 ? null : { ref: 7, part, total };
    life.push(...lifeOfPart(dice, { ...message, subject: { ...message.subject, udh } }, part));
  }
  return life.length > 0 ? life : randomLife(dice, scene, number);
}

function randomMessage(dice: Dice, scene: Scene, number: number): Message {
  const { country, code, mccs } = dice.pick(COUNTRIES);
  const chain = dice.pick([['single'], ['root'], ['middle', 'root'], ['leaf', 'middle', 'root']]);
  const accepted = instant(dice, scene);
  const randomTelling = (): Told => telling(dice, country, mccs, accepted);
  const same = randomTelling();
  const differs = dice.chance(0.3);
  return {
    number,
    accepted,
    subject: {
      messageId: messageIdOf('fuzz', String(number)),
      account: chain[0] ?? null,
      rootPayer: chain.at(-1) ?? '',
      chain,
      country: dice.chance(0.97) ? country : null,
      recipient: dice.chance(0.97)
        ? `+${code}${dice.pick(['15', '1512', '7', '99'])}${String(dice.int(1e7, 9e7))}`
        : `+${code}151${String(dice.int(0, 99))}`,
      trafficClass: dice.pick(CLASSES),
    },
    tell: () => (differs ? randomTelling() : same),
    receipts: dice.pick(['know all', 'know all', 'know no times', 'know no account']),
  };
}

function telling(dice: Dice, country: string, mccs: readonly string[], accepted: number): Told {
  const reported = dice.pick([null, 1, 2, 5]);
  const computed8 = dice.pick([null, 1, 2, 3]);
  const evidence = (by: string): NetworkRef | null =>
    dice.chance(0.3)
      ? null
      : {
          mcc: dice.chance(0.97) ? dice.pick(mccs) : null,
          mnc: dice.pick(MNCS),
          country: dice.chance(0.7) ? country : null,
          at: null,
          by,
        };
  return {
    network: { reported: evidence('gateway'), ported: evidence('hlr'), range: evidence('plan') },
    senderType: dice.maybe(0.7, SENDER_TYPES),
    originCountry: dice.maybe(0.7, [...ORIGINS, 'US']),
    routeGrade: dice.maybe(0.6, GRADES),
    scheduled: dice.chance(0.05) ? accepted + dice.pick([0, 1, SECOND]) : null,
    parts: {
      reported,
      computed8,
      computed16: computed8 === null ? null : dice.pick([computed8, computed8 + 1]),
      assumed: reported === null && computed8 === null,
    },
  };
}

function lifeOfPart(dice: Dice, { number, accepted, subject, tell, receipts }: Message, part: number): UsageEvent[] {
  const life: UsageEvent[] = [];
  const add = (event: string, attempt: number, at: number, extra: Partial<UsageEvent> = {}): void => {
    const identity: Identity = { source: 'fuzz', sourceRecordId: `${number}-${part}`, attempt, part, event };
    const submitted = attempt === 0 ? null : at;
    const { scheduled, ...told } = tell();
    const isReceipt = TERMINAL.includes(event);
    const anonymous = { account: null, chain: [], recipient: null };
    const times = {
      scheduled,
      submitted,
      done: isReceipt ? at + 1 : null,
      ingested: at + 2,
      zone: null,
      zoneFlag: null,
    };
    life.push(
      sampleUsage({
        ...subject,
        ...told,
        ...(isReceipt && receipts === 'know no account' ? anonymous : {}),
        identity,
        usageEventId: usageEventId(identity),
        fingerprint: { version: 1, hash: contentHash(event + String(attempt)) },
        times: { ...times, accepted: isReceipt && receipts !== 'know all' ? null : accepted },
        rawAppendedAt: accepted + SECOND,
        supplier: null,
        connection: null,
        supplierMessageId: null,
        ...extra,
      }),
    );
  };
  if (dice.chance(0.8)) add('accepted', 0, accepted);
  const attempts = dice.pick([0, 1, 1, 1, 1, 2, 2, 3]);
  for (let attempt = 1, submittedAt = accepted; attempt <= attempts; attempt++) {
    const supplier = dice.chance(0.95) ? (dice.chance(0.95) ? dice.pick(['x', 'y', 'z']) : 'nobody') : null;
    const by = { supplier, connection: supplier === null || dice.chance(0.3) ? null : `${supplier}-1` };
    submittedAt += dice.pick([1, SECOND]);
    if (dice.chance(0.12)) {
      add('submit_rejected', attempt, submittedAt, by);
      continue;
    }
    // Often the submission is not reported at all; the receipt implies it.
    if (dice.chance(0.8)) add('submitted', attempt, submittedAt, by);
    if (dice.chance(0.15)) add('unknown', attempt, submittedAt, by);
    for (let i = dice.pick([0, 1, 1, 1, 2]); i > 0; i--) add(dice.pick(TERMINAL), attempt, submittedAt, by);
  }
  return life;
}

const TERMINAL = ['delivered', 'delivered', 'undelivered', 'expired', 'rejected', 'deleted'];

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
