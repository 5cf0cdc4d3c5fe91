import { PLAIN_RATE, UNKNOWN_ORIGIN } from '@ratestream/catalog';
import type { RateRow } from '@ratestream/events';
import type { OracleVersion } from '../src/index.js';
import type { Dice } from './dice.js';
import {
  BASES,
  CLASSES,
  COUNTRIES,
  DAY,
  GRADES,
  instant,
  learned,
  MNCS,
  ORIGINS,
  SECOND,
  SENDER_TYPES,
} from './scene.js';
import type { Scene } from './scene.js';

/** Instants close to each other, so that messages fall on both sides and exactly on them; some equal, some withdrawn. */
export function randomVersions(dice: Dice, scene: Scene, cardId: string): OracleVersion[] {
  const count = dice.chance(0.03) ? 0 : dice.int(1, 4);
  return Array.from({ length: count }, (_, index): OracleVersion => {
    const rates = randomRates(dice, scene);
    return {
      cardId,
      version: index + 1,
      effectiveFrom: index === 0 || dice.chance(0.5) ? scene.anchor - DAY : instant(dice, scene),
      knownAt: learned(dice, scene),
      supersedes: null,
      withdrawnAt: dice.chance(0.1) ? learned(dice, scene) : null,
      rows: rates.length,
      chunks: 1,
      sha256: '',
      rates,
    };
  });
}

/** Half of the versions name few dimensions, so that the rest is not always without a match. */
export function randomRates(dice: Dice, scene: Scene): RateRow[] {
  const rates = new Map<string, RateRow>();
  const density = dice.pick([0.05, 0.2, 0.4]);
  const surcharges = dice.chance(0.4) ? 0.3 : 0;
  for (let i = dice.int(3, 25); i > 0; i--) {
    const surcharge = dice.maybe(surcharges, ['dlt fee', 'carrier fee']);
    const row: RateRow = {
      rateId: `r${rates.size}`,
      country: null,
      mcc: null,
      mnc: null,
      prefix: null,
      ...randomDestination(dice),
      trafficClass: dice.maybe(density, CLASSES),
      price: randomPrice(dice),
      unit: dice.chance(0.15) ? 'message' : 'part',
      basis: dice.chance(0.1) ? dice.pick(BASES) : null,
      timeoutSec: dice.chance(0.1) ? 120 : null,
      timeoutPolicy: dice.chance(0.1) ? dice.pick(['settle', 'release']) : null,
      ...PLAIN_RATE,
      senderType: dice.maybe(density, SENDER_TYPES),
      originCountry: dice.maybe(density, [...ORIGINS, UNKNOWN_ORIGIN]),
      routeGrade: dice.maybe(density, GRADES),
      priority: dice.chance(0.1) ? dice.int(-1, 2) : 0,
      surcharge,
      validFrom: surcharge !== null && dice.chance(0.4) ? instant(dice, scene) : null,
      validUntil: surcharge !== null && dice.chance(0.3) ? instant(dice, scene) + dice.pick([0, SECOND]) : null,
    };
    const { country, mcc, mnc, prefix, trafficClass, senderType, originCountry, routeGrade, priority, validFrom } = row;
    const key = [
      country,
      mcc,
      mnc,
      prefix,
      trafficClass,
      senderType,
      originCountry,
      routeGrade,
      priority,
      surcharge,
      validFrom,
    ];
    if (!rates.has(JSON.stringify(key))) rates.set(JSON.stringify(key), row);
    // The same again from a later instant on: of two that are equal in everything that one counts.
    const later = { ...row, rateId: `r${rates.size}`, price: randomPrice(dice), validFrom: instant(dice, scene) };
    const laterKey = JSON.stringify([...key.slice(0, -1), later.validFrom]);
    if (surcharge !== null && dice.chance(0.3) && !rates.has(laterKey)) rates.set(laterKey, later);
  }
  return [...rates.values()];
}

function randomPrice(dice: Dice): bigint {
  if (dice.chance(0.03)) return 0n;
  return BigInt(dice.int(1, 99_999_999)) * dice.pick([1n, 1n, 1_000n, 1_000_000n]);
}

function randomDestination(dice: Dice): Partial<RateRow> {
  const { country, code, mccs } = dice.pick(COUNTRIES);
  const mcc = dice.pick(mccs);
  const named = dice.chance(0.3) ? { country } : {};
  switch (dice.int(0, 5)) {
    case 0:
      return { country, mcc, mnc: dice.pick(MNCS) };
    case 1:
      return { mcc, mnc: dice.pick(MNCS) };
    case 2:
      return { ...named, mcc };
    case 3:
      return { ...named, prefix: code + dice.pick(['', '1', '15', '151', '7']) };
    case 4:
      return { country };
    default:
      return {};
  }
}
