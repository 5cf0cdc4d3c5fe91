import { unavailable } from '@ratestream/http';

/** Bounds how many uploads hold their rows in memory at once; one too many is told to come again. */
export class UploadSlots {
  private taken = 0;

  constructor(private readonly max: number) {}

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.taken >= this.max) throw unavailable(`${this.max} sheets are being read already.`, 5);
    this.taken += 1;
    try {
      return await work();
    } finally {
      this.taken -= 1;
    }
  }
}
