import { unavailable } from '@ratestream/http';
import { parseMoney } from '@ratestream/money';
import { z } from 'zod';
import type { BlockTotal } from '../fold/block-totals.js';
import type { BlockSource } from './compare-blocks.js';

/** The ledger's own block totals. */
export interface LedgerBlocks {
  read(partition: number, fromBlock: number): Promise<BlockSource>;
}

const TIMEOUT_MS = 5_000;
const MAX_PAGES = 1_000;
const RETRIES = 3;
/** Asks for the position alone. */
const BEYOND_ALL_BLOCKS = 1e11;

const page = z.object({
  position: z.number().int(),
  nextFrom: z.number().int().nullable(),
  blocks: z.array(
    z.object({
      block: z.number().int(),
      currency: z.string(),
      action: z.string(),
      legs: z.number().int(),
      amount: z.string(),
      heldAmount: z.string(),
      heldAmountFreed: z.string(),
    }),
  ),
});

/** Reads `GET /api/balance/v1/block-totals`. Errors: 503 while balance does not answer. */
export function createLedgerBlocks(url: string, apiKey: string, fetchIt: typeof fetch = fetch): LedgerBlocks {
  const get = async (partition: number, from: number): Promise<z.output<typeof page>> => {
    const target = new URL('/api/balance/v1/block-totals', url);
    target.search = new URLSearchParams({ partition: String(partition), from: String(from) }).toString();
    try {
      const response = await fetchIt(target, {
        headers: { authorization: `Bearer ${apiKey}` },
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      if (!response.ok) throw new Error(`balance answered ${response.status}`);
      return page.parse(await response.json());
    } catch (error) {
      throw unavailable(
        `Balance’s block totals cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };
  const readOnce = async (partition: number, fromBlock: number): Promise<BlockSource & { moved: boolean }> => {
    const totals: BlockTotal[] = [];
    const positions: number[] = [];
    let from: number | null = fromBlock;
    for (let pages = 0; from !== null && pages < MAX_PAGES; pages++) {
      const { position, blocks, nextFrom } = await get(partition, from);
      positions.push(position);
      for (const block of blocks) {
        totals.push({
          ...block,
          amount: parseMoney(block.amount),
          heldAmount: parseMoney(block.heldAmount),
          heldAmountFreed: parseMoney(block.heldAmountFreed),
        });
      }
      from = nextFrom;
    }
    const { position: after } = await get(partition, BEYOND_ALL_BLOCKS);
    return { position: after, totals, moved: positions[0] !== after };
  };
  return {
    async read(partition, fromBlock) {
      let source = await readOnce(partition, fromBlock);
      // Totals are at their position only if that did not move while they were read; whole blocks are right in any case.
      for (let again = 0; source.moved && again < RETRIES; again++) source = await readOnce(partition, fromBlock);
      return source;
    },
  };
}
