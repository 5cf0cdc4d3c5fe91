/** What a member of a group says of itself when it joins. */
export interface Claim {
  readonly memberId: string;
  /** Partitions it worked on, and in which generation of the group it got them. */
  readonly owned: readonly number[];
  readonly generation: number;
}

/**
 * Shares the partition numbers 0 … count−1 out to the members.
 *
 * Out     every number once; shares differ by at most one; a member keeps what it had as far as its share allows
 * Never   the same number to two members: of two claims the younger generation's counts, then the smaller member id's
 * Example 6 numbers, a had 0–5, b is new → a 0 1 2, b 3 4 5
 */
export function shareOut(count: number, claims: readonly Claim[]): Map<string, number[]> {
  const members = [...claims].sort((a, b) => b.generation - a.generation || (a.memberId < b.memberId ? -1 : 1));
  const shares = new Map<string, number[]>(members.map((m) => [m.memberId, []]));
  if (members.length === 0) return shares;
  const least = Math.floor(count / members.length);
  let larger = count % members.length; // how many members may have one more
  const taken = new Set<number>();
  for (const { memberId, owned } of members) {
    const share = shares.get(memberId)!;
    for (const number of [...new Set(owned)].sort((a, b) => a - b)) {
      if (number < 0 || number >= count || taken.has(number)) continue;
      if (share.length === least) {
        if (larger === 0) break;
        larger--;
      } else if (share.length > least) break;
      share.push(number);
      taken.add(number);
    }
  }
  for (let number = 0; number < count; number++) {
    if (taken.has(number)) continue;
    const smallest = [...shares.values()].reduce((a, b) => (b.length < a.length ? b : a));
    smallest.push(number);
  }
  for (const share of shares.values()) share.sort((a, b) => a - b);
  return shares;
}
