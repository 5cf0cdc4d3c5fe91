/** Many short texts as one buffer with their ends: an array of a million strings weighs five times as much. */
export class TextColumn {
  private bytes = Buffer.allocUnsafeSlow(1024);
  private readonly ends: Uint32Array;
  private length = 0;
  /** Nearly all ids are ASCII, which is read faster. */
  private encoding: 'latin1' | 'utf8' = 'latin1';

  constructor(capacity: number) {
    this.ends = new Uint32Array(capacity);
  }

  /** Errors  RangeError beyond the capacity: our bug */
  push(text: string): void {
    if (this.length === this.ends.length) throw new RangeError('column is full');
    const start = this.startOf(this.length);
    const most = text.length * 3;
    if (start + most > this.bytes.length) this.resize(start * 2 + most);
    const written = this.bytes.write(text, start, 'utf8');
    if (written !== text.length) this.encoding = 'utf8';
    this.ends[this.length++] = start + written;
  }

  /** Gives back what was kept free for more. */
  close(): void {
    this.resize(this.startOf(this.length));
  }

  at(position: number): string {
    return this.bytes.toString(this.encoding, this.startOf(position), this.ends[position]);
  }

  private startOf(position: number): number {
    return position === 0 ? 0 : (this.ends[position - 1] as number);
  }

  private resize(size: number): void {
    const bytes = Buffer.allocUnsafeSlow(size);
    this.bytes.copy(bytes);
    this.bytes = bytes;
  }
}
