import { formatMoney, parseMoney } from '@ratestream/money';
import type { Nano } from '@ratestream/money';

const MICRO: Nano = 1_000n;

/**
 * Price times permille, cut to six places: what a sheet prints.
 *
 * Example ('0.0105', 1250) → '0.013125'
 */
export function scalePrice(price: string, permille: number): string {
  const scaled = (parseMoney(price) * BigInt(permille)) / 1000n;
  return formatMoney((scaled / MICRO) * MICRO);
}
