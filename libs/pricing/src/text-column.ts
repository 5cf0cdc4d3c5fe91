/** Many short texts as one buffer with their ends: an array of a million strings weighs five times as much. */
export class TextColumn {
  private readonly bytes: Buffer;
  private readonly ends: Uint32Array;
  /** Nearly all ids are ASCII, which is read faster. */
  private readonly encoding: 'latin1' | 'utf8';

  constructor(length: number, text: (at: number) => string) {
    this.ends = new Uint32Array(length);
    let total = 0;
    let characters = 0;
    for (let at = 0; at < length; at++) {
      const one = text(at);
      characters += one.length;
      total += Buffer.byteLength(one);
      this.ends[at] = total;
    }
    this.encoding = total === characters ? 'latin1' : 'utf8';
    this.bytes = Buffer.allocUnsafeSlow(total);
    for (let at = 0, start = 0; at < length; at++) start += this.bytes.write(text(at), start, this.encoding);
  }

  at(position: number): string {
    const start = position === 0 ? 0 : (this.ends[position - 1] as number);
    return this.bytes.toString(this.encoding, start, this.ends[position]);
  }
}
