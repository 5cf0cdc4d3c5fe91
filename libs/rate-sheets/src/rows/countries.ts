import { ISO3_ISO2 } from './iso3.js';

/** Names that sheets use besides those of the Unicode list. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  bahamas: 'BS',
  bosnia: 'BA',
  'brunei darussalam': 'BN',
  burma: 'MM',
  'cabo verde': 'CV',
  'cape verde': 'CV',
  congo: 'CG',
  'congo dr': 'CD',
  'cote divoire': 'CI',
  'czech republic': 'CZ',
  'dem rep of congo': 'CD',
  'democratic republic of the congo': 'CD',
  'dr congo': 'CD',
  'east timor': 'TL',
  'falkland islands malvinas': 'FK',
  holland: 'NL',
  'hong kong': 'HK',
  'iran islamic republic of': 'IR',
  'ivory coast': 'CI',
  korea: 'KR',
  'korea republic of': 'KR',
  'lao pdr': 'LA',
  macao: 'MO',
  macau: 'MO',
  macedonia: 'MK',
  micronesia: 'FM',
  'moldova republic of': 'MD',
  palestine: 'PS',
  'palestinian territory': 'PS',
  'republic of korea': 'KR',
  'republic of the congo': 'CG',
  'reunion island': 'RE',
  'russian federation': 'RU',
  'st kitts and nevis': 'KN',
  'st lucia': 'LC',
  'st vincent and the grenadines': 'VC',
  swaziland: 'SZ',
  'syrian arab republic': 'SY',
  'tanzania united republic of': 'TZ',
  'the gambia': 'GM',
  turkey: 'TR',
  uae: 'AE',
  uk: 'GB',
  'united states of america': 'US',
  usa: 'US',
  'viet nam': 'VN',
  'virgin islands british': 'VG',
  'virgin islands us': 'VI',
};

const ALPHA2 = new Set<string>(['XK', 'AC', 'TA']);
const BY_ALPHA3 = new Map<string, string>([['XKX', 'XK']]);
for (const pair of ISO3_ISO2.split(' ')) {
  ALPHA2.add(pair.slice(3));
  BY_ALPHA3.set(pair.slice(0, 3), pair.slice(3));
}
const BY_NAME = new Map<string, string>(Object.entries(OTHER_NAMES));
const names = new Intl.DisplayNames(['en'], { type: 'region' });
for (const code of ALPHA2) {
  const name = names.of(code);
  if (name !== undefined && name !== code) BY_NAME.set(nameKey(name), code);
}

/**
 * The country that a cell means.
 *
 * In      alpha-2, alpha-3 or an English name; `aliases` (keys as `nameKey` makes them) go first
 * Out     ISO 3166-1 alpha-2; null when nobody is called so. Nothing is guessed from likeness
 * Example 'DEU' → DE; 'Côte d’Ivoire' → CI; 'Viet Nam' → VN
 */
export function readCountry(text: string, aliases?: ReadonlyMap<string, string>): string | null {
  const key = nameKey(text);
  const alias = aliases?.get(key);
  if (alias !== undefined) return alias;
  const upper = text.trim().toUpperCase();
  if (upper.length === 2 && ALPHA2.has(upper)) return upper;
  return BY_ALPHA3.get(upper) ?? BY_NAME.get(key) ?? null;
}

/** Names are the same when they differ in case, accents, punctuation and `&` for `and` only. */
export function nameKey(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll('&', ' and ')
    .replace(/['’.]/g, '')
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
