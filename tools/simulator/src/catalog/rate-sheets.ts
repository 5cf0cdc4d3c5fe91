import { NETWORKS } from '../world.js';
import type { MobileNetwork } from '../world.js';
import type { Random } from '../random.js';
import { scalePrice } from './price.js';
import type { SheetRow } from './generated-catalog.js';

/** How one card is written: every way to name a destination occurs somewhere, so that precedence is always at work. */
export interface SheetStyle {
  /** Price level against the base, in permille. */
  permille: number;
  /** Also price what no row names. */
  withDefault: boolean;
  /** Classes with rows of their own, and what they cost against the plain row, in permille. */
  classes: Readonly<Record<string, number>>;
}

/** What a message to each network costs at the source of the chain, before anyone's margin. */
export function basePrices(random: Random): ReadonlyMap<MobileNetwork, string> {
  const prices = new Map<MobileNetwork, string>();
  for (const network of NETWORKS) {
    const micros = random.int(3_500, 88_000);
    prices.set(network, `0.${String(micros).padStart(6, '0')}`);
  }
  return prices;
}

/**
 * A sheet over all known networks: mostly network rows; some countries are priced by MCC, by prefix or as a whole,
 * and dearer prefixes are nested inside cheaper countries.
 */
export function writeSheet(random: Random, base: ReadonlyMap<MobileNetwork, string>, style: SheetStyle): SheetRow[] {
  const rows: SheetRow[] = [];
  const seen = new Set<string>();
  const add = (row: SheetRow): void => {
    const key = [row.country, row.mcc, row.mnc, row.prefix, row.trafficClass].join('|');
    if (!seen.has(key)) rows.push(row);
    seen.add(key);
  };
  for (const [network, cost] of base) {
    const price = scalePrice(cost, style.permille + random.int(-30, 30));
    for (const row of destinationRows(random, network, price)) {
      add(row);
      for (const [trafficClass, permille] of Object.entries(style.classes)) {
        if (random.chance(0.4)) add({ ...row, trafficClass, price: scalePrice(row.price, permille) });
      }
    }
  }
  if (style.withDefault) add({ price: scalePrice('0.12', style.permille) });
  return rows;
}

function destinationRows(random: Random, network: MobileNetwork, price: string): SheetRow[] {
  const { country, callingCode, mcc, mnc } = network;
  const byNetwork: SheetRow = { country, mcc, mnc, price };
  const draw = random.next();
  if (draw < 0.7) return [byNetwork];
  if (draw < 0.8) return [byNetwork, { country, price: scalePrice(price, 1400) }];
  if (draw < 0.88) return [{ mcc, price }];
  if (draw < 0.95) {
    const dear = network.prefixes[0] ?? '';
    return [
      { country, price },
      { prefix: `${callingCode}${dear}`, price: scalePrice(price, 1250) },
      { prefix: `${callingCode}${dear}${random.int(0, 9)}`, price: scalePrice(price, 1600) },
    ];
  }
  return [{ country, price }, byNetwork];
}

const COLUMNS = [
  'country',
  'mcc',
  'mnc',
  'prefix',
  'trafficClass',
  'price',
  'unit',
  'basis',
  'timeoutSec',
  'timeoutPolicy',
] as const;

/** The sheet as the catalog imports it. */
export function sheetCsv(rows: Iterable<SheetRow>): string {
  const lines: string[] = [COLUMNS.join(',')];
  for (const row of rows) lines.push(COLUMNS.map((column) => row[column] ?? '').join(','));
  return `${lines.join('\n')}\n`;
}

/** Big sheets for load and speed tests: unique rows, most by prefix, prices as in any other sheet. */
export function* bigSheet(random: Random, count: number): Generator<SheetRow> {
  let written = 0;
  for (let depth = 0; written < count; depth++) {
    for (const network of NETWORKS) {
      for (const prefix of network.prefixes) {
        const tails = depth === 0 ? 1 : 10 ** Math.min(depth, 5);
        for (let tail = 0; tail < tails; tail++) {
          if (written++ >= count) return;
          const suffix = depth === 0 ? '' : String(tail).padStart(Math.min(depth, 5), '0');
          yield {
            prefix: `${network.callingCode}${prefix}${suffix}`,
            price: `0.${String(random.int(3_500, 99_999)).padStart(6, '0')}`,
          };
        }
      }
    }
  }
}
