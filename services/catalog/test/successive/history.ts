/** Rates of a version by id: price as the source wrote it. */
export type Content = ReadonlyMap<string, string>;

/** One publication of a card, as this test keeps it beside the catalog. Instants are microseconds. */
export interface Published {
  name: string;
  version: number;
  effectiveFrom: number;
  knownAt: number;
  withdrawnAt: number | null;
  content: Content;
}

/** A destination to be priced, made out of the id of a rate. */
export interface Destination {
  rateId: string;
  country?: string;
  mcc?: string;
  mnc?: string;
  to: string;
}

/** The version that prices `asOf` as known at `knownAt`: docs/pricing-rules.md §2, written out once more. */
export function versionAt(all: readonly Published[], asOf: number, knownAt: number): Published | null {
  const usable = all.filter(
    (one) =>
      one.knownAt <= knownAt && (one.withdrawnAt === null || one.withdrawnAt > knownAt) && one.effectiveFrom <= asOf,
  );
  usable.sort((a, b) => b.effectiveFrom - a.effectiveFrom || b.version - a.version);
  return usable[0] ?? null;
}

/** What the destination costs there: its network, else the longest prefix, else its country; null: nothing prices it. */
export function priceIn(content: Content, { country, mcc, mnc, to }: Destination): string | null {
  const ids: string[] = [];
  if (mcc !== undefined) ids.push(`any:${country ?? ''}-${mcc}-${mnc ?? ''}`, `any:${mcc}-${mnc ?? ''}`);
  for (let length = to.length - 1; length > 0; length -= 1) ids.push(`any:+${to.slice(1, 1 + length)}`);
  if (country !== undefined) ids.push(`any:${country}`);
  const found = ids.find((id) => content.has(id));
  return found === undefined ? null : (content.get(found) ?? null);
}

/** Destinations of rates that were not the same in all versions: those that a wrong version would show in. */
export function changing(all: readonly Published[], limit: number): Destination[] {
  const ids = new Set(all.flatMap(({ content }) => [...content.keys()]));
  const moved = [...ids].filter((id) => new Set(all.map(({ content }) => content.get(id) ?? null)).size > 1);
  const step = Math.max(1, Math.floor(moved.length / limit));
  return moved
    .filter((_, index) => index % step === 0)
    .slice(0, limit)
    .map(destinationOf);
}

/** `any:GB`, `any:GB-234-10`, `any:+4477` as somebody to send a message to. */
export function destinationOf(rateId: string): Destination {
  const [, place = ''] = rateId.split(':');
  if (place.startsWith('+')) return { rateId, to: `${place}55501234`.slice(0, 16) };
  const [country, mcc, mnc] = place.split('-');
  return {
    rateId,
    to: '+38349123456',
    ...(country === undefined ? {} : { country }),
    ...(mcc === undefined ? {} : { mcc }),
    ...(mnc === undefined ? {} : { mnc }),
  };
}

/** A price without the zeros that its writer put behind it. */
export function plain(price: string): string {
  const text = price.replace(/[^\d.]/g, '');
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text;
}
