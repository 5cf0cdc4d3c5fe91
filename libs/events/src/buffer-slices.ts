// Node's own fast paths of Buffer#toString and Buffer#write; public since its first version, absent from its types.
declare global {
  interface Buffer<TArrayBuffer extends ArrayBufferLike = ArrayBufferLike> {
    latin1Slice(start: number, end: number): string;
    utf8Slice(start: number, end: number): string;
    hexSlice(start: number, end: number): string;
    utf8Write(text: string, offset: number, length: number): number;
  }
}

export {};
