import { randomUUID } from 'node:crypto';
import type { RateCard } from '@ratestream/catalog';
import { idempotencyKeyReused } from '@ratestream/http';
import { transaction, type Pool } from '@ratestream/postgres';
import { claim, keepAnswer, type Claim } from '../store/command-answers.js';
import type { UploadSlots } from '../upload/upload-slots.js';
import type { ImportRunner } from './import-runner.js';
import { insertImport, type NewImport } from './import-store.js';

export type Uploaded = Omit<NewImport, 'id' | 'cardId' | 'source' | 'bulkId' | 'uploadedAt'> & { content: Buffer };

export interface UploadsOptions {
  pool: Pool;
  runner: ImportRunner;
  slots: UploadSlots;
  /** How long a request waits for its sheet to be read before it answers with the progress. */
  waitMs: number;
  clock: () => number;
}

/** Takes sheets in: one at a time in each slot, from the first byte until it is read. */
export class ImportUploads {
  constructor(private readonly options: UploadsOptions) {}

  /**
   * Out     the import's id, when it is read or when the wait is over. The same Idempotency-Key with the same content
   *         names the import that was made then
   */
  async take(
    card: RateCard,
    receive: () => Promise<Uploaded>,
    claimOf: (asked: object) => Claim | null,
  ): Promise<string> {
    const { slots, waitMs } = this.options;
    return new Promise<string>((resolve, reject) => {
      slots
        .run(async () => {
          const uploaded = await receive();
          const { sha256, mode, effectiveFrom, mapping } = uploaded;
          const { id, work } = await this.begin(card, uploaded, claimOf({ sha256, mode, effectiveFrom, mapping }));
          const timer = setTimeout(() => resolve(id), waitMs);
          await work?.();
          clearTimeout(timer);
          resolve(id);
        })
        .catch(reject);
    });
  }

  private async begin(
    card: RateCard,
    { content, ...uploaded }: Uploaded,
    asked: Claim | null,
  ): Promise<{ id: string; work: (() => Promise<void>) | null }> {
    const { pool, runner, clock } = this.options;
    const one: NewImport = {
      ...uploaded,
      id: randomUUID(),
      cardId: card.id,
      source: 'sheet',
      bulkId: null,
      uploadedAt: clock(),
    };
    const known = await transaction(pool, async (tx) => {
      const claimed = asked === null ? null : await claim(tx, asked);
      if (claimed?.outcome === 'other_request') throw idempotencyKeyReused();
      if (claimed?.outcome === 'answered') return (claimed.answer as { id: string }).id;
      await insertImport(tx, one);
      if (asked !== null) await keepAnswer(tx, asked, { id: one.id });
      return null;
    });
    return known === null ? { id: one.id, work: () => runner.run(one, card, content) } : { id: known, work: null };
  }
}
