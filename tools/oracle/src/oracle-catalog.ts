import type {
  Account,
  CatalogEventData,
  Connection,
  FxRates,
  Plan,
  RateCard,
  RateCardVersion,
  RateGroup,
  Supplier,
} from '@ratestream/catalog';
import type { CatalogEvent, RateChunk, RateRow } from '@ratestream/events';

/** A published version with all its rows. */
export interface OracleVersion extends RateCardVersion {
  rates: RateRow[];
}

/** The catalog as plain maps: the last word on each thing, every version of every card, every publication of rates. */
export interface OracleCatalog {
  accounts: Map<string, Account>;
  suppliers: Map<string, Supplier>;
  connections: Map<string, Connection>;
  cards: Map<string, RateCard>;
  plans: Map<string, Plan>;
  versions: Map<string, OracleVersion[]>;
  rateGroups: Map<string, RateGroup>;
  /** In the order of the catalog: of two that are known at the same instant the later counts. */
  fxRates: FxRates[];
  /** The installation's; null: amounts are not reported in another. */
  reportingCurrency: string | null;
}

export function emptyCatalog(): OracleCatalog {
  return {
    accounts: new Map(),
    suppliers: new Map(),
    connections: new Map(),
    cards: new Map(),
    plans: new Map(),
    versions: new Map(),
    rateGroups: new Map(),
    fxRates: [],
    reportingCurrency: null,
  };
}

/**
 * Folds catalog events and rate chunks. Repeats and heartbeats change nothing; a version whose rows are not all there
 * is left out, since a version is usable only when complete.
 */
export function readCatalog(events: Iterable<CatalogEvent>, chunks: Iterable<RateChunk>): OracleCatalog {
  const catalog = emptyCatalog();
  const rows = rowsByVersion(chunks);
  let position = -1;
  for (const event of events) {
    if (event.type === 'Heartbeat' || event.position <= position) continue;
    position = event.position;
    applyEvent(catalog, event, rows);
  }
  return catalog;
}

function rowsByVersion(chunks: Iterable<RateChunk>): Map<string, Map<number, RateRow[]>> {
  const byVersion = new Map<string, Map<number, RateRow[]>>();
  for (const chunk of chunks) {
    if (chunk.kind !== 'rates') continue;
    const key = `${chunk.id}|${chunk.version}`;
    const pieces = byVersion.get(key) ?? new Map<number, RateRow[]>();
    pieces.set(chunk.chunk, chunk.rates);
    byVersion.set(key, pieces);
  }
  return byVersion;
}

function applyEvent(catalog: OracleCatalog, event: CatalogEvent, rows: Map<string, Map<number, RateRow[]>>): void {
  switch (event.type) {
    case 'AccountOpened':
    case 'AccountChanged': {
      const account = data<'AccountOpened'>(event);
      catalog.accounts.set(account.id, account);
      break;
    }
    case 'SupplierAdded':
    case 'SupplierChanged': {
      const supplier = data<'SupplierAdded'>(event);
      catalog.suppliers.set(supplier.id, supplier);
      break;
    }
    case 'ConnectionAdded':
    case 'ConnectionChanged': {
      const connection = data<'ConnectionAdded'>(event);
      catalog.connections.set(connection.id, connection);
      break;
    }
    case 'RateCardCreated':
    case 'RateCardChanged': {
      const card = data<'RateCardCreated'>(event);
      catalog.cards.set(card.id, card);
      break;
    }
    case 'PlanCreated':
    case 'PlanChanged': {
      const plan = data<'PlanCreated'>(event);
      catalog.plans.set(plan.id, plan);
      break;
    }
    case 'RateGroupCreated':
    case 'RateGroupChanged': {
      const group = data<'RateGroupCreated'>(event);
      catalog.rateGroups.set(group.id, group);
      break;
    }
    case 'FxRatesPublished':
      catalog.fxRates.push(data<'FxRatesPublished'>(event));
      break;
    case 'RateCardVersionPublished': {
      const version = data<'RateCardVersionPublished'>(event);
      const pieces = rows.get(`${version.cardId}|${version.version}`) ?? new Map<number, RateRow[]>();
      const rates = [...pieces.entries()].sort(([a], [b]) => a - b).flatMap(([, piece]) => piece);
      if (rates.length !== version.rows) break;
      catalog.versions.set(version.cardId, [...(catalog.versions.get(version.cardId) ?? []), { ...version, rates }]);
      break;
    }
    case 'RateCardVersionWithdrawn': {
      const { cardId, version, withdrawnAt } = data<'RateCardVersionWithdrawn'>(event);
      for (const known of catalog.versions.get(cardId) ?? [])
        if (known.version === version) known.withdrawnAt = withdrawnAt;
      break;
    }
    default:
  }
}

function data<T extends keyof CatalogEventData>(event: CatalogEvent): CatalogEventData[T] {
  return JSON.parse(event.data) as CatalogEventData[T];
}
