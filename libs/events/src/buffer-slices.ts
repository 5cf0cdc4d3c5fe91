/** Node's own fast paths of Buffer#toString and Buffer#write: there since its first versions, absent from its types. */
export interface FastBuffer extends Buffer {
  latin1Slice(start: number, end: number): string;
  utf8Slice(start: number, end: number): string;
  hexSlice(start: number, end: number): string;
  utf8Write(text: string, offset: number, length: number): number;
}

/** The same buffer with the methods it has. */
export function fast(buf: Buffer): FastBuffer {
  return buf as FastBuffer;
}
