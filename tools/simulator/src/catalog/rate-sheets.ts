import type { Micros } from '@ratestream/catalog';
import { UNKNOWN_ORIGIN } from '@ratestream/catalog';
import { NETWORKS } from '../world.js';
import type { MobileNetwork } from '../world.js';
import type { Random } from '../random.js';
import { scalePrice } from './price.js';
import type { SheetRow } from './generated-catalog.js';
import type { WorldCost } from './world-cost.js';

/** How one card is written: every way to name a message occurs somewhere, so that precedence is always at work. */
export interface SheetStyle {
  /** Price level against the world's cost, in permille. */
  permille: number;
  /** Also price what no row names. */
  withDefault: boolean;
  /** Classes with rows of their own, and what they cost against the plain row, in permille. */
  classes: Readonly<Record<string, number>>;
  /** The only countries of the card; absent: all. */
  countries?: readonly string[];
  /** A grade of routes that has rows of its own in some countries. */
  grade?: string;
  /** A country with a price for senders with a name that goes before all others. */
  campaign?: string;
  /** A country that the card prices by origin without saying what unknown ones cost: they are unrated there. */
  silentOnUnknown?: string;
  /** With the fees that carriers ask on top of the price. */
  surcharges: boolean;
}

/** When the fees of carriers count. */
export interface FeeDates {
  registrationFrom: Micros;
  carrierFrom: Micros;
  carrierUntil: Micros;
}

/** Countries where what comes from inside costs less, and what hides where it comes from more. */
const BY_ORIGIN = ['IN', 'TR', 'NG'];
const BY_SENDER = [
  { country: 'FR', senderType: 'short_code', permille: 1120 },
  { country: 'ES', senderType: 'alphanumeric', permille: 1080 },
] as const;
const BY_GRADE = ['PK', 'BD'];

/**
 * A sheet over all known networks: mostly network rows; some countries are priced by MCC, by prefix or as a whole, dearer
 * prefixes are nested inside cheaper countries, and some rows name an origin, a sender, a grade or a priority.
 */
export function writeSheet(random: Random, world: WorldCost, style: SheetStyle, fees: FeeDates): SheetRow[] {
  const rows: SheetRow[] = [];
  const seen = new Set<string>();
  const add = (row: SheetRow): void => {
    const { price: _price, priority: _priority, ...named } = row;
    const key = JSON.stringify(named);
    if (!seen.has(key)) rows.push(row);
    seen.add(key);
  };
  const sells = (country: string): boolean => style.countries?.includes(country) ?? true;
  for (const [network, cost] of world.byNetwork) {
    if (!sells(network.country)) continue;
    const permille = style.permille + random.int(-20, 20);
    for (const row of destinationRows(random, network, cost, permille, world)) {
      add(row);
      for (const [trafficClass, ofPlain] of Object.entries(style.classes)) {
        if (random.chance(0.4)) add({ ...row, trafficClass, price: scalePrice(row.price, ofPlain) });
      }
    }
  }
  for (const [country, cost] of world.byCountry) {
    if (sells(country)) for (const row of countryRows(country, scalePrice(cost, style.permille), style)) add(row);
  }
  if (style.surcharges) for (const row of feeRows(style, fees)) if (sells(row.country ?? '')) add(row);
  if (style.withDefault) add({ price: scalePrice('0.12', style.permille) });
  return rows;
}

function destinationRows(
  random: Random,
  network: MobileNetwork,
  cost: string,
  permille: number,
  { byCountry, dear }: WorldCost,
): SheetRow[] {
  const { country, callingCode, mcc, mnc } = network;
  const byNetwork: SheetRow = { country, mcc, mnc, price: scalePrice(cost, permille) };
  const whole = scalePrice(byCountry.get(country) ?? cost, permille);
  if (dear.has(network)) {
    const prefix = `${callingCode}${network.prefixes[0] ?? ''}`;
    return [
      { country, price: whole },
      { prefix, price: scalePrice(whole, 1250) },
      { prefix: `${prefix}${mnc.at(-1) ?? ''}`, price: scalePrice(whole, 1600) },
    ];
  }
  const draw = random.next();
  if (draw < 0.75) return [byNetwork];
  if (draw < 0.85) return [byNetwork, { country, price: scalePrice(whole, 1100) }];
  if (draw < 0.93) return [{ mcc, price: whole }];
  return [{ country, price: whole }, byNetwork];
}

/** What a country's price hangs on besides the destination. */
function* countryRows(country: string, price: string, style: SheetStyle): Generator<SheetRow> {
  if (BY_ORIGIN.includes(country)) {
    yield { country, originCountry: country, price: scalePrice(price, 600) };
    if (style.silentOnUnknown !== country)
      yield { country, originCountry: UNKNOWN_ORIGIN, price: scalePrice(price, 1150) };
  }
  for (const { country: of, senderType, permille } of BY_SENDER)
    if (of === country) yield { country, senderType, price: scalePrice(price, permille) };
  if (style.grade !== undefined && BY_GRADE.includes(country))
    yield { country, routeGrade: style.grade, price: scalePrice(price, 1040) };
  if (style.campaign === country)
    yield { country, senderType: 'alphanumeric', priority: 10, price: scalePrice(price, 960) };
}

function feeRows({ permille }: SheetStyle, { registrationFrom, carrierFrom, carrierUntil }: FeeDates): SheetRow[] {
  return [
    {
      country: 'SA',
      senderType: 'alphanumeric',
      surcharge: 'registration',
      unit: 'message',
      validFrom: registrationFrom,
      price: scalePrice('0.006', permille),
    },
    {
      country: 'GB',
      senderType: 'alphanumeric',
      surcharge: 'registration',
      unit: 'message',
      validFrom: registrationFrom,
      price: scalePrice('0.0011', permille),
    },
    {
      country: 'US',
      surcharge: 'carrier',
      validFrom: carrierFrom,
      validUntil: carrierUntil,
      price: scalePrice('0.0025', permille),
    },
  ];
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
  'senderType',
  'originCountry',
  'routeGrade',
  'priority',
  'surcharge',
  'validFrom',
  'validUntil',
] as const;
const INSTANTS: ReadonlySet<string> = new Set(['validFrom', 'validUntil']);

/** The sheet as the catalog imports it. */
export function sheetCsv(rows: Iterable<SheetRow>): string {
  const lines: string[] = [COLUMNS.join(',')];
  for (const row of rows) lines.push(COLUMNS.map((column) => cell(column, row[column])).join(','));
  return `${lines.join('\n')}\n`;
}

function cell(column: string, value: string | number | undefined): string {
  return typeof value === 'number' && INSTANTS.has(column) ? new Date(value / 1000).toISOString() : String(value ?? '');
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
