import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SheetMappingInput } from '../src/index.js';

/** A real sheet with the mapping that a carrier's pricing team would save for its supplier. */
export interface RealSheet {
  name: string;
  read(): Buffer | string;
  mapping: SheetMappingInput;
  /** ISO instant; null: the sheet says it. */
  effectiveFrom: string | null;
}

const USD = { fixed: 'USD' };
const AT = '2026-12-01T00:00:00Z';
/** The sheet's names of carriers that the list of networks calls otherwise. */
const CARRIERS: Record<string, string> = {
  '1stPoint': '1st Point Communications',
  '1stPoint, FirstPoint': '1st Point Communications',
  'Altice Mobile': 'Altice USA Wireless',
  'Break Away Wireless': 'Breakaway Wireless',
  'CTC (Cambridge Telephone Company)': 'CTC Wireless',
  'CTCI (Custer Tel)': 'Custer Telephone Co-op (CTCI)',
  'Claro Puerto Rico': 'Claro',
  Clearsky: 'ClearSky Technologies',
  Commnet: 'Commnet Wireless',
  'Eastlink (Bragg)': 'EastLink',
  'Fibernetics Canada': 'Fibernetics',
  'Inland Cellular': 'Inland Cellular Telephone',
  'Liberty Latin America': 'Liberty',
  'Liberty Puerto Rico': 'Liberty',
  'NNTC (Nucla-Naturita Tel)': 'NNTC Wireless',
  'Northwest Cell': 'NorthwestCell',
  Rogers: 'Rogers Wireless',
  'Rogers Canada': 'Rogers Wireless',
  'Standing Rock (SRTI)': 'Rock Wireless',
  'T-Mobile Family (Sprint, Metro, etc)': 'T-Mobile',
  'T-Mobile/Sprint': 'T-Mobile',
};
const tencent: SheetMappingInput = {
  country: { column: 'Country/Region' },
  dialCode: 'Country/Region Code',
  price: { column: 'Unit Price(USD)' },
  currency: USD,
};

/** Every sheet of the folder with rates. */
export function realSheets(folder: string): RealSheet[] {
  const file = (name: string) => (): Buffer => readFileSync(join(folder, name));
  const names = readdirSync(folder).sort();
  const matching = (pattern: RegExp): string[] => names.filter((name) => pattern.test(name));
  const sheets: RealSheet[] = [
    {
      name: 'aws_sns_sms_prices_2022-04-03.flat.csv',
      read: file('aws_sns_sms_prices_2022-04-03.flat.csv'),
      mapping: {
        country: { column: 'iso2' },
        mcc: 'mcc',
        mnc: 'mnc',
        operator: { column: 'network' },
        trafficClass: { column: 'traffic_class' },
        senderType: { column: 'sender_type' },
        originCountry: { column: 'origin', values: { domestic: 'domestic', international: 'any' } },
        price: { column: 'price_usd' },
        currency: USD,
        surcharges: [{ name: 'carrier_fee', column: 'carrier_fee_usd', zeros: 'skip' }],
      },
      effectiveFrom: AT,
    },
    ...matching(/^twilio_.*\.csv$/).map((name) => ({
      name,
      read: file(name),
      mapping: {
        country: { column: 'ISO' },
        operator: { column: 'Description', after: ' - ', resolve: true },
        price: { column: 'Price / msg' },
        currency: USD,
      },
      effectiveFrom: AT,
    })),
    {
      name: 'smsroute_cc_routes_2026-07.csv',
      read: file('smsroute_cc_routes_2026-07.csv'),
      mapping: { country: { column: 'iso2' }, price: { column: 'price_usd_per_sms' }, currency: USD },
      effectiveFrom: AT,
    },
    ...['Sinch', 'MessageBird'].map((provider) => ({
      name: `provider_list_prices_2026-08-22.csv (${provider})`,
      read: file('provider_list_prices_2026-08-22.csv'),
      mapping: {
        country: { column: 'iso2' },
        operator: { column: 'operator', resolve: true },
        price: { column: 'price' },
        currency: { column: 'currency' },
        only: [
          { column: 'provider', values: [provider] },
          { column: 'direction', values: ['outbound'] },
          { column: 'provenance', values: ['scraped'] },
        ],
      },
      effectiveFrom: AT,
    })),
    {
      name: 'provider_list_price_changes_2026.csv (Sinch)',
      read: file('provider_list_price_changes_2026.csv'),
      mapping: {
        country: { column: 'iso2' },
        operator: { column: 'operator', resolve: true },
        price: { column: 'new_price' },
        currency: { column: 'currency' },
        effectiveDate: { column: 'observed_at' },
        only: [
          { column: 'provider', values: ['Sinch'] },
          { column: 'direction', values: ['outbound'] },
        ],
      },
      effectiveFrom: AT,
    },
    {
      name: 'us_ca_carrier_passthrough_fees_2026-02.csv',
      read: file('us_ca_carrier_passthrough_fees_2026-02.csv'),
      mapping: {
        country: { column: 'country' },
        operator: {
          column: 'carrier',
          resolve: true,
          others: ['Other', 'All Other', 'All other carriers', 'All Canadian Carriers'],
          aliases: CARRIERS,
        },
        trafficClass: { column: 'message_type', values: { SMS: 'any', MMS: 'mms' } },
        senderType: { column: 'sender_type' },
        currency: USD,
        surcharges: [{ name: 'carrier_fee', column: 'outbound_mt_usd_per_segment', validFrom: '2026-02-01T00:00:00Z' }],
      },
      effectiveFrom: AT,
    },
    ...tencentTables(file('tencent_rate_notices.csv')()),
    ...readdirSync(join(folder, 'tencent_notices'))
      .sort()
      .map((name) => ({
        name: `tencent_notices/${name}`,
        read: () => markdownTable(readFileSync(join(folder, 'tencent_notices', name), 'utf8')),
        mapping: tencent,
        effectiveFrom: AT,
      })),
    ...matching(/^govuk_.*\.yml$/).map((name) => ({
      name,
      read: () => multipliers(readFileSync(join(folder, name), 'utf8')),
      mapping: { prefix: 'prefix', price: { column: 'multiplier' }, currency: USD },
      effectiveFrom: AT,
    })),
  ];
  return sheets;
}

/** The notices' CSV holds eleven sheets under one header: one import for each commit. */
function tencentTables(bytes: Buffer): RealSheet[] {
  const commits = [
    ...new Set(
      bytes
        .toString('utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(',', 1)[0] ?? ''),
    ),
  ];
  return commits.map((commit) => ({
    name: `tencent_rate_notices.csv (${commit})`,
    read: () => bytes,
    mapping: {
      country: { column: 'iso2' },
      dialCode: 'calling_code',
      price: { column: 'price_usd' },
      currency: USD,
      effectiveDate: { column: 'effective_from', zone: 'Asia/Shanghai' },
      only: [{ column: 'commit', values: [commit] }],
    },
    effectiveFrom: AT,
  }));
}

/** The table rows of a Markdown file as a sheet, in the order they stand; a wide table repeats its three columns. */
function markdownTable(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim().startsWith('|') && !/^[|\s:-]+$/.test(line));
  const rows = lines.map((line) =>
    line
      .trim()
      .replace(/^\||\|$/g, '')
      .split('|')
      .map((cell) => cell.trim()),
  );
  const header = 'Country/Region;Code;Country/Region Code;Unit Price(USD)';
  return [
    header,
    ...rows.filter(([, , , price]) => /\d/.test(price ?? '')).map((cells) => cells.slice(0, 4).join(';')),
  ].join('\n');
}

/** `'1': … rate_multiplier: 1` of the YAML as rows of prefix and multiplier. */
function multipliers(yaml: string): string {
  const rows = ['prefix,multiplier'];
  let prefix = '';
  for (const line of yaml.split('\n')) {
    prefix = /^'?(\d+)'?:/.exec(line)?.[1] ?? prefix;
    const multiplier = /^ +(?:rate_multiplier|billable_units): (\d+)/.exec(line)?.[1];
    if (multiplier !== undefined) rows.push(`${prefix},${multiplier}`);
  }
  return rows.join('\n');
}
