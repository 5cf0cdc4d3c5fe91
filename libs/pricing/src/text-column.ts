/** Many short texts as one buffer with their ends: an array of a million strings weighs five times as much. */
export class TextColumn {
  private bytes = Buffer.allocUnsafeSlow(1024);
  private readonly ends: Uint32Array;
  private length = 0;
  /** Nearly all ids are ASCII, which is read faster. */
  private encoding: 'latin1' | 'utf8' = 'latin1';

  /** Errors of `push`: RangeError beyond the capacity, our bug */
  constructor(capacity: number) {
    this.ends = new Uint32Array(capacity);
  }

  push(text: string): void {
    const start = this.room(text.length * 3);
    const written = this.bytes.write(text, start, 'utf8');
    if (written !== text.length) this.encoding = 'utf8';
    this.ends[this.length++] = start + written;
  }

  /** The texts of this column in another order; null: an empty one. */
  arranged(count: number, positionOf: (at: number) => number | null): TextColumn {
    const column = new TextColumn(count);
    column.encoding = this.encoding;
    column.bytes = Buffer.allocUnsafeSlow(this.startOf(this.length));
    for (let at = 0, end = 0; at < count; at++) {
      const from = positionOf(at);
      if (from !== null) end += this.bytes.copy(column.bytes, end, this.startOf(from), this.ends[from]);
      column.ends[at] = end;
    }
    column.length = count;
    return column;
  }

  at(position: number): string {
    return this.bytes.toString(this.encoding, this.startOf(position), this.ends[position]);
  }

  private startOf(position: number): number {
    return position === 0 ? 0 : (this.ends[position - 1] as number);
  }

  /** Sees to so many bytes at the end of the last text, and answers where they are. */
  private room(most: number): number {
    if (this.length === this.ends.length) throw new RangeError('column is full');
    const start = this.startOf(this.length);
    if (start + most > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow((start + most) * 2);
      this.bytes.copy(larger, 0, 0, start);
      this.bytes = larger;
    }
    return start;
  }
}
