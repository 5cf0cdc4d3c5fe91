import { OPERATOR, type CatalogView } from '@ratestream/catalog';

export interface TreePlace {
  id: string;
  /** From the root of what the caller sees down to the account itself. */
  path: string[];
  /** 0 at that root. */
  level: number;
  childCount: number;
}

/**
 * Accounts of a subtree as a reader of a tree expects them: every account before what hangs under it, siblings in order
 * of opening.
 *
 * In      scope: an account or OPERATOR; after: id of the last account of the page before
 */
export function* walkTree(view: CatalogView, scope: string, after: string | null): Generator<TreePlace> {
  const places = scope === OPERATOR ? below(view, OPERATOR, []) : subtree(view, scope, []);
  let found = after === null;
  for (const place of places) {
    if (found) yield place;
    else found = place.id === after;
  }
}

function* subtree(view: CatalogView, id: string, above: readonly string[]): Generator<TreePlace> {
  const path = [...above, id];
  yield { id, path, level: above.length, childCount: view.children(id).length };
  yield* below(view, id, path);
}

function* below(view: CatalogView, id: string, path: readonly string[]): Generator<TreePlace> {
  for (const child of view.children(id)) yield* subtree(view, child, path);
}
