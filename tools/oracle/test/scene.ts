import type { ChargeBasis, TimeoutPolicy } from '@ratestream/catalog';
import type { Dice } from './dice.js';

export const SECOND = 1_000_000;
export const DAY = 86_400 * SECOND;

export const BASES: readonly ChargeBasis[] = ['accept', 'submit', 'delivered', 'final_not_rejected'];
export const POLICIES: readonly (TimeoutPolicy | null)[] = [null, null, 'settle', 'release'];
export const CLASSES = ['otp', 'transactional', 'promotional'];
export const SENDER_TYPES = ['alphanumeric', 'long_code'];
export const ORIGINS = ['IN', 'DE'];
export const GRADES = ['direct', 'sim'];
export const CURRENCIES = ['EUR', 'USD', 'JPY', 'XTS'];
export const COUNTRIES: readonly { country: string; code: string; mccs: readonly string[] }[] = [
  { country: 'DE', code: '49', mccs: ['262'] },
  { country: 'IN', code: '91', mccs: ['404', '405'] },
  { country: 'AG', code: '1268', mccs: ['338'] },
  { country: 'LC', code: '1758', mccs: ['338'] },
];
export const MNCS = ['01', '010', '050'];
export const ZONES = ['UTC', 'Pacific/Kiritimati', 'America/Los_Angeles', 'Asia/Kolkata'];

/** Instants at which a month begins in one of the zones, one of them after a Sunday and one in another year; and a plain noon. */
const ANCHORS = [
  '2026-05-01T00:00:00Z',
  '2026-04-30T10:00:00Z',
  '2026-05-01T07:00:00Z',
  '2026-04-30T18:30:00Z',
  '2026-06-01T00:00:00Z',
  '2026-01-01T00:00:00Z',
  '2026-05-13T12:00:00Z',
].map((iso) => Date.parse(iso) * 1000);

/** When things happen in a case: everything close together, so that what is equal or one microsecond off is common. */
export interface Scene {
  anchor: number;
  /** When usage is rated, ascending; one for most cases, where several, prices become known on the way. */
  ratedAt: readonly number[];
}

export function randomScene(dice: Dice): Scene {
  const anchor = dice.pick(ANCHORS);
  const first = anchor + dice.pick([0, 1, 10 * SECOND, DAY, 3 * DAY, 31 * DAY, 32 * DAY]);
  const moves = dice.chance(0.3) ? dice.int(1, 2) : 0;
  const ratedAt = [first];
  for (let i = 0; i < moves; i++) ratedAt.push((ratedAt.at(-1) ?? first) + dice.pick([1, SECOND, DAY, 31 * DAY]));
  return { anchor, ratedAt };
}

/** Where prices and messages meet. */
export function instant(dice: Dice, { anchor }: Scene): number {
  return anchor + dice.pick([-SECOND, -1, 0, 0, 1, SECOND, 2 * SECOND, 5 * SECOND]);
}

/** Well before all rating, or next to a moment of it. */
export function learned(dice: Dice, { anchor, ratedAt }: Scene): number {
  return dice.chance(0.8) ? anchor - 60 * DAY : dice.pick(ratedAt) + dice.pick([-1, 0, 1]);
}
