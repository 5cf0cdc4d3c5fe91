import { OPERATOR } from '@ratestream/catalog';
import type { CatalogView } from '@ratestream/catalog';

/** The part of the catalog view that says who stands where. */
export type AccountTree = Pick<CatalogView, 'chain' | 'children'>;

/** A party with what lies below it. */
export interface Party {
  readonly id: string;
  /** Depth below the root payer, which is 0; the operator is −1. */
  readonly level: number;
  /** The party and all accounts below it; null for the operator: everything. */
  readonly subtree: readonly string[] | null;
}

/** Looks a party up; undefined for an account that nobody knows. */
export function partyOf(tree: AccountTree, id: string): Party | undefined {
  if (id === OPERATOR) return { id, level: -1, subtree: null };
  const chain = tree.chain(id);
  if (chain.length === 0) return undefined;
  const subtree = [id];
  for (let at = 0; at < subtree.length; at++) subtree.push(...tree.children(subtree[at] as string));
  return { id, level: chain.length - 1, subtree };
}
