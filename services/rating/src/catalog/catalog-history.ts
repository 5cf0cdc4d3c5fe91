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
import type { CatalogReader } from '@ratestream/pricing';

/** Views of the past that are kept: a batch of quotes asks for the same instant again and again. */
const KEPT = 8;

/** Events that say who is priced by what. Versions and exchange rates have books of their own, which know both times. */
const TELLING: ReadonlySet<TypedCatalogEvent['type']> = new Set([
  'AccountOpened', 'AccountChanged', 'AccountClosed', 'SupplierAdded', 'SupplierChanged', 'ConnectionAdded', 'ConnectionChanged',
  'RateCardCreated', 'RateCardChanged', 'PlanCreated', 'PlanChanged', 'RateGroupCreated', 'RateGroupChanged',
]); // prettier-ignore

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

/** Accounts, suppliers, connections, cards, plans and rate groups as they were known at any instant. */
export class CatalogHistory {
  private readonly events: TypedCatalogEvent[] = [];
  private readonly folded = new Map<number, PastCatalog>();

  remember(events: TypedCatalogEvent[]): TypedCatalogEvent[] {
    for (const event of events) if (TELLING.has(event.type)) this.events.push(event);
    return events;
  }

  /** What was known at an instant: the fold of all events that had occurred by then. */
  asKnown(at: Micros): CatalogReader {
    let end = this.events.length;
    while (end > 0 && (this.events[end - 1] as TypedCatalogEvent).occurredAt > at) end--;
    const known = this.folded.get(end);
    if (known !== undefined) return known;
    if (this.folded.size >= KEPT) this.folded.clear();
    const past = new PastCatalog(this.events.slice(0, end));
    this.folded.set(end, past);
    return past;
  }
}

/** The fold of some events; it never changes. */
class PastCatalog implements CatalogReader {
  readonly position: number;
  readonly accounts = new Map<string, Account>();
  readonly suppliers = new Map<string, Supplier>();
  readonly connections = new Map<string, Connection>();
  readonly cards = new Map<string, RateCard>();
  readonly plans = new Map<string, Plan>();
  readonly rateGroups = new Map<string, RateGroup>();

  constructor(events: readonly TypedCatalogEvent[]) {
    this.position = events[events.length - 1]?.position ?? 0;
    for (const event of events) this.take(event);
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

  private take(event: TypedCatalogEvent): void {
    switch (event.type) {
      case 'AccountOpened':
      case 'AccountChanged':
        this.accounts.set(event.data.id, event.data);
        return;
      case 'AccountClosed': {
        const account = this.accounts.get(event.data.id);
        if (account !== undefined) this.accounts.set(event.data.id, { ...account, closed: true });
        return;
      }
      case 'SupplierAdded':
      case 'SupplierChanged':
        this.suppliers.set(event.data.id, event.data);
        return;
      case 'ConnectionAdded':
      case 'ConnectionChanged':
        this.connections.set(event.data.id, event.data);
        return;
      case 'RateCardCreated':
      case 'RateCardChanged':
        this.cards.set(event.data.id, event.data);
        return;
      case 'PlanCreated':
      case 'PlanChanged':
        this.plans.set(event.data.id, event.data);
        return;
      case 'RateGroupCreated':
      case 'RateGroupChanged':
        this.rateGroups.set(event.data.id, event.data);
        return;
      default:
        return;
    }
  }
}
