import { Exact } from '@ratestream/tool-oracle';

/** Amounts by a name, such as `balance/acme EUR`; equal when every name has the same amount, absent being zero. */
export class Sums {
  private readonly amounts = new Map<string, Exact>();

  add(name: string, amount: Exact | string): void {
    this.amounts.set(name, (this.amounts.get(name) ?? new Exact(0)).plus(amount));
  }

  get(name: string): Exact {
    return this.amounts.get(name) ?? new Exact(0);
  }

  /** One line for each name on which they differ, to the last nano-unit. */
  differencesFrom(other: Sums, ours: string, theirs: string): string[] {
    const names = new Set([...this.amounts.keys(), ...other.amounts.keys()]);
    return [...names]
      .sort()
      .filter((name) => !this.get(name).equals(other.get(name)))
      .map((name) => `${name}: ${ours} ${this.get(name).toFixed()}, ${theirs} ${other.get(name).toFixed()}`);
  }

  total(prefix: string): Exact {
    let total = new Exact(0);
    for (const [name, amount] of this.amounts) if (name.startsWith(prefix)) total = total.plus(amount);
    return total;
  }

  /** Currencies are not added up: `12.5 EUR, 3 USD`. Names end with theirs. */
  byCurrency(prefix: string): string {
    const totals = new Sums();
    for (const [name, amount] of this.amounts)
      if (name.startsWith(prefix)) totals.add(name.slice(name.lastIndexOf(' ') + 1), amount);
    const known = [...totals.entries()].filter(([currency]) => currency !== '').sort(([a], [b]) => (a < b ? -1 : 1));
    return known.length === 0 ? '0' : known.map(([currency, amount]) => `${amount.toFixed()} ${currency}`).join(', ');
  }

  entries(): Iterable<[string, Exact]> {
    return this.amounts.entries();
  }

  get size(): number {
    return this.amounts.size;
  }
}
