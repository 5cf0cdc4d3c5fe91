import { NETWORKS } from '../world.js';
import type { MobileNetwork } from '../world.js';
import type { Random } from '../random.js';
import { scalePrice } from './price.js';

/**
 * What a message costs at the source of the chain, before anybody's margin. Every card is written from it, so that who
 * sells dearer than he buys does so to every destination.
 */
export interface WorldCost {
  /** A part, in the installation's currency; networks of a country lie close together. */
  byNetwork: ReadonlyMap<MobileNetwork, string>;
  byCountry: ReadonlyMap<string, string>;
  /** Networks with number ranges that cost more on every card. */
  dear: ReadonlySet<MobileNetwork>;
}

/** Millionths a part: about what wholesale asks for each country. */
const MICROS: ReadonlyMap<string, number> = new Map(
  `DE:68000 GB:34000 US:6800 FR:42000 IN:31000 ES:45000 IT:52000 NL:74000 PL:24000 TR:19000 BR:11000 MX:17000 SA:39000 AE:28000
   ID:88000 PH:71000 VN:64000 TH:15000 NG:57000 ZA:18000 KE:49000 EG:79000 MA:66000 PK:83000 BD:92000 RU:86000 UA:77000 RO:43000
   PT:27000 BE:71000 CH:51000 AT:63000 SE:47000 AU:29000 JP:59000 CN:26000 CO:9000 AR:46000 AG:58000 LC:58000`
    .split(/\s+/)
    .map((pair) => pair.split(':'))
    .map(([country = '', micros]) => [country, Number(micros)]),
);

/** The same for the same seed: a tenth up or down by country, another hundredth or three by network. */
export function worldCost(random: Random): WorldCost {
  const byCountry = new Map<string, string>();
  const byNetwork = new Map<MobileNetwork, string>();
  const dear = new Set<MobileNetwork>();
  // 338-050 spans two countries: what is priced by its MCC must fit both.
  const drawn = new Map<string, number>();
  for (const network of NETWORKS) {
    const { country, mcc } = network;
    const permille = drawn.get(mcc) ?? random.int(900, 1100);
    drawn.set(mcc, permille);
    const micros = MICROS.get(country);
    if (micros === undefined) throw new RangeError(`no cost is known for ${country}`);
    const cost = byCountry.get(country) ?? scalePrice(`0.${String(micros).padStart(6, '0')}`, permille);
    byCountry.set(country, cost);
    byNetwork.set(network, scalePrice(cost, random.int(970, 1030)));
    if (random.chance(0.07)) dear.add(network);
  }
  return { byNetwork, byCountry, dear };
}
