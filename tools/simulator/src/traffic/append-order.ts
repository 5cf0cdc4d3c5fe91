import type { RawRecord } from './raw-record.js';

/** A binary heap by append time; equal times leave in the order they came. */
export class AppendOrder {
  private readonly heap: { record: RawRecord; order: number }[] = [];
  private pushed = 0;

  get size(): number {
    return this.heap.length;
  }

  push(record: RawRecord): void {
    const { heap } = this;
    heap.push({ record, order: this.pushed++ });
    for (let i = heap.length - 1; i > 0;) {
      const parent = (i - 1) >> 1;
      if (!this.before(i, parent)) break;
      this.swap(i, parent);
      i = parent;
    }
  }

  /** The earliest record, if it is due at `upTo`. */
  popDue(upTo: number): RawRecord | undefined {
    const { heap } = this;
    const first = heap[0];
    if (first === undefined || first.record.appendAt > upTo) return undefined;
    const last = heap.pop();
    if (heap.length > 0 && last !== undefined) {
      heap[0] = last;
      for (let i = 0; ;) {
        const left = 2 * i + 1;
        const least = left + 1 < heap.length && this.before(left + 1, left) ? left + 1 : left;
        if (left >= heap.length || !this.before(least, i)) break;
        this.swap(least, i);
        i = least;
      }
    }
    return first.record;
  }

  private before(i: number, j: number): boolean {
    const a = this.heap[i];
    const b = this.heap[j];
    if (a === undefined || b === undefined) return false;
    return a.record.appendAt < b.record.appendAt || (a.record.appendAt === b.record.appendAt && a.order < b.order);
  }

  private swap(i: number, j: number): void {
    const a = this.heap[i];
    const b = this.heap[j];
    if (a === undefined || b === undefined) return;
    this.heap[i] = b;
    this.heap[j] = a;
  }
}
