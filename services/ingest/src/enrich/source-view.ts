import type { Account, CatalogView, Source } from '@ratestream/catalog';

/** What ingest asks of the catalog; a `CatalogView` is one, tests write their own. */
export type SourceView = Pick<
  CatalogView,
  'position' | 'accounts' | 'connections' | 'chain' | 'rootPayerOf' | 'partitionOf' | 'isWithin' | 'sourceAt'
>;

/** Whose account a record is: found, named but unknown, or not named at all. */
export type AccountAnswer =
  | { readonly kind: 'known'; readonly account: Account }
  | { readonly kind: 'unknown'; readonly named: string }
  | { readonly kind: 'unnamed' };

/**
 * The account of a record by its source's mapping.
 *
 * In      named: the record's account field; systemId: its bind or service, asked where the account field is empty
 * Out     the mapped account, or an account whose id is written itself. A value that is mapped to nothing and is no
 *         account is `unknown` when it stood in the account field; in the bind field it names nobody.
 * Example accounts { bulk77: 'acme' }: 'bulk77' → acme, 'acme' → acme, 'bulk78' → unknown
 */
export function accountOf(
  view: SourceView,
  source: Source,
  named: string | null,
  systemId: string | null,
): AccountAnswer {
  if (named !== null) {
    const account = lookUp(view, source, named);
    return account === undefined ? { kind: 'unknown', named } : { kind: 'known', account };
  }
  const bySystem = systemId === null ? undefined : lookUp(view, source, systemId);
  return bySystem === undefined ? UNNAMED : { kind: 'known', account: bySystem };
}

const UNNAMED = { kind: 'unnamed' } as const;

function lookUp(view: SourceView, source: Source, value: string): Account | undefined {
  return view.accounts.get(Object.hasOwn(source.accounts, value) ? (source.accounts[value] as string) : value);
}

/** The connection's id for the gateway's name of it. A name nobody configured stays: the buy leg will say so. */
export function connectionIdOf(source: Source, named: string | null): string | null {
  if (named === null) return null;
  return Object.hasOwn(source.connections, named) ? (source.connections[named] as string) : named;
}
