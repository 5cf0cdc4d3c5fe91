import {
  CatalogView,
  type Account,
  type Connection,
  type Micros,
  type Plan,
  type RateCard,
  type RateGroup,
  type Supplier,
  type TypedCatalogEvent,
} from '@ratestream/catalog';
import type { CatalogEvent, RateChunk } from '@ratestream/events';
import type { ById, CatalogReader } from '@ratestream/pricing';

/** Readers of the past that are kept, with what was looked up by them: a batch of quotes asks for the same instant again and again. */
const KEPT = 8;

/** A view that remembers how it came to be what it is, for quotes as known at another instant. */
export class RememberingView extends CatalogView {
  readonly history = new CatalogHistory();

  override apply(event: CatalogEvent): TypedCatalogEvent[] {
    return this.history.remember(super.apply(event));
  }

  override applyChunk(chunk: RateChunk): TypedCatalogEvent[] {
    return this.history.remember(super.applyChunk(chunk));
  }
}

/**
 * Accounts, suppliers, connections, cards, plans and rate groups as they were known at any instant: of each the states it had, by the
 * position of the event that made them. To ask for an instant costs a search among the states of what is asked for, not a fold of
 * everything. Versions and exchange rates have books of their own, which know both times.
 */
export class CatalogHistory {
  readonly accounts = new States<Account>();
  readonly suppliers = new States<Supplier>();
  readonly connections = new States<Connection>();
  readonly cards = new States<RateCard>();
  readonly plans = new States<Plan>();
  readonly rateGroups = new States<RateGroup>();
  private readonly positions: number[] = [];
  /** Of each position the earliest instant of it and all after it: clocks step back, positions never do. */
  private readonly instants: Micros[] = [];
  private readonly readers = new Map<number, CatalogReader>();

  remember(events: TypedCatalogEvent[]): TypedCatalogEvent[] {
    for (const event of events) if (this.take(event)) this.moved(event);
    return events;
  }

  /** What was known at an instant: all that the events up to the last one that had occurred by then say. */
  asKnown(at: Micros): CatalogReader {
    const position = this.positions[countUpTo(this.instants, at) - 1] ?? 0;
    const known = this.readers.get(position);
    const reader = known ?? new PastCatalog(this, position);
    // The one asked last is forgotten last.
    this.readers.delete(position);
    this.readers.set(position, reader);
    for (const oldest of this.readers.keys()) {
      if (this.readers.size <= KEPT) break;
      this.readers.delete(oldest);
    }
    return reader;
  }

  private moved({ position, occurredAt }: TypedCatalogEvent): void {
    for (let i = this.instants.length - 1; i >= 0 && (this.instants[i] as Micros) > occurredAt; i--)
      this.instants[i] = occurredAt;
    this.positions.push(position);
    this.instants.push(occurredAt);
  }

  /** False for an event that says nothing of who is priced by what. */
  private take(event: TypedCatalogEvent): boolean {
    const { position } = event;
    switch (event.type) {
      case 'AccountOpened':
      case 'AccountChanged':
        this.accounts.set(event.data.id, position, event.data);
        return true;
      case 'AccountClosed': {
        const account = this.accounts.at(event.data.id, position);
        if (account !== undefined) this.accounts.set(event.data.id, position, { ...account, closed: true });
        return true;
      }
      case 'SupplierAdded':
      case 'SupplierChanged':
        this.suppliers.set(event.data.id, position, event.data);
        return true;
      case 'ConnectionAdded':
      case 'ConnectionChanged':
        this.connections.set(event.data.id, position, event.data);
        return true;
      case 'RateCardCreated':
      case 'RateCardChanged':
        this.cards.set(event.data.id, position, event.data);
        return true;
      case 'PlanCreated':
      case 'PlanChanged':
        this.plans.set(event.data.id, position, event.data);
        return true;
      case 'RateGroupCreated':
      case 'RateGroupChanged':
        this.rateGroups.set(event.data.id, position, event.data);
        return true;
      default:
        return false;
    }
  }
}

/** The states that each of some things had, from which position on. */
class States<T> {
  private readonly byId = new Map<string, { readonly positions: number[]; readonly values: T[] }>();

  set(id: string, position: number, value: T): void {
    const states = this.byId.get(id);
    if (states === undefined) this.byId.set(id, { positions: [position], values: [value] });
    else {
      states.positions.push(position);
      states.values.push(value);
    }
  }

  /** As it was once the event at a position had been applied. */
  at(id: string, position: number): T | undefined {
    const states = this.byId.get(id);
    return states?.values[countUpTo(states.positions, position) - 1];
  }
}

/** The catalog as it was at a position; it never changes. */
class PastCatalog implements CatalogReader {
  readonly accounts: ById<Account>;
  readonly suppliers: ById<Supplier>;
  readonly connections: ById<Connection>;
  readonly cards: ById<RateCard>;
  readonly plans: ById<Plan>;
  readonly rateGroups: ById<RateGroup>;

  constructor(
    history: CatalogHistory,
    readonly position: number,
  ) {
    const then = <T>(states: States<T>): ById<T> => ({ get: (id) => states.at(id, position) });
    this.accounts = then(history.accounts);
    this.suppliers = then(history.suppliers);
    this.connections = then(history.connections);
    this.cards = then(history.cards);
    this.plans = then(history.plans);
    this.rateGroups = then(history.rateGroups);
  }

  chain(accountId: string): readonly string[] {
    const chain: string[] = [];
    for (let at: string | null = accountId; at !== null;) {
      const account: Account | undefined = this.accounts.get(at);
      if (account === undefined) break;
      chain.push(at);
      at = account.parentId;
    }
    return chain;
  }
}

/** How many of ascending numbers are at most a limit. */
function countUpTo(ascending: readonly number[], limit: number): number {
  let [low, high] = [0, ascending.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending[middle] as number) <= limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
