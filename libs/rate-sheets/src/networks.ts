import { all } from 'mcc-mnc-list';
import { nameKey } from './rows/countries.js';

export interface Network {
  /** Countries it is in; several for the networks of island groups, none for international ones. */
  countries: readonly string[];
  mcc: string;
  mnc: string;
  names: readonly string[];
}

/** Words that say what kind of company it is and not which. */
const COMPANY =
  / (ltd|limited|inc|llc|plc|gmbh|ag|sa|spa|srl|ab|as|oy|bv|nv|co|corp|corporation|company|kft|doo|jsc|ojsc|pjsc)$/;

/**
 * The networks of the world: what tells a wrong MNC from a right one, and finds a network by its name.
 *
 * Source  the npm package mcc-mnc-list (MIT), or any list given to the constructor
 */
export class NetworkList {
  private readonly byCode = new Map<string, Network>();
  private readonly byName = new Map<string, Network[]>();
  private readonly lengths = new Map<string, Set<number>>();
  private readonly byMcc = new Map<string, Set<string>>();

  constructor(networks: Iterable<Network>) {
    for (const network of networks) this.add(network);
  }

  has(mcc: string, mnc: string): boolean {
    return this.byCode.has(`${mcc}-${mnc}`);
  }

  knowsMcc(mcc: string): boolean {
    return this.byMcc.has(mcc);
  }

  find(mcc: string, mnc: string): Network | undefined {
    return this.byCode.get(`${mcc}-${mnc}`);
  }

  /** Countries of a network, or of all networks of an MCC. */
  countries(mcc: string, mnc: string | null): ReadonlySet<string> {
    const found = mnc === null ? undefined : this.find(mcc, mnc);
    return found === undefined ? (this.byMcc.get(mcc) ?? NONE) : new Set(found.countries);
  }

  /** How long the MNCs under an MCC are: {2}, {3} or both. */
  mncLengths(mcc: string): ReadonlySet<number> {
    return this.lengths.get(mcc) ?? NO_LENGTHS;
  }

  /** Every network of that name in the country: an operator may have several MNCs. */
  named(country: string, name: string): readonly Network[] {
    return this.byName.get(`${country} ${companyKey(name)}`) ?? [];
  }

  private add(network: Network): void {
    const { mcc, mnc, countries, names } = network;
    const key = `${mcc}-${mnc}`;
    const known = this.byCode.get(key);
    // The same code is listed once for each country that it reaches.
    this.byCode.set(
      key,
      known === undefined
        ? network
        : { ...known, countries: [...new Set([...known.countries, ...countries])], names: [...known.names, ...names] },
    );
    put(this.lengths, mcc, mnc.length);
    for (const country of countries) {
      put(this.byMcc, mcc, country);
      for (const name of new Set(names.map(companyKey))) {
        const place = `${country} ${name}`;
        const others = this.byName.get(place) ?? [];
        if (!others.some((other) => other.mcc === mcc && other.mnc === mnc))
          this.byName.set(place, [...others, network]);
      }
    }
  }
}

const NONE: ReadonlySet<string> = new Set();
const NO_LENGTHS: ReadonlySet<number> = new Set();

/** `Vodafone GmbH`, `VODAFONE` and `Vodafone` are one name. */
export function companyKey(name: string): string {
  let key = nameKey(name);
  for (let shorter = key.replace(COMPANY, ''); shorter !== key; shorter = key.replace(COMPANY, '')) key = shorter;
  return key;
}

let shared: NetworkList | undefined;

/** The list that comes with the library, read once. Entries whose MNC is not two or three digits are no networks. */
export function knownNetworks(): NetworkList {
  shared ??= new NetworkList(
    all()
      .filter(({ mcc, mnc }) => /^\d{3}$/.test(mcc) && /^\d{2,3}$/.test(mnc ?? ''))
      .map(({ mcc, mnc, countryCode, brand, operator }) => ({
        mcc,
        mnc,
        countries: (countryCode ?? '')
          .split('/')
          .map((code) => code.slice(0, 2))
          .filter((code) => code !== ''),
        names: [brand, operator].filter((name) => (name ?? '') !== ''),
      })),
  );
  return shared;
}

function put<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const set = map.get(key);
  if (set === undefined) map.set(key, new Set([value]));
  else set.add(value);
}
