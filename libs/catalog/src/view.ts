import type { CatalogEvent, NumberRow, RateChunk, RateRow } from '@ratestream/events';
import { AccountTree } from './account-tree.js';
import { ChunkStore, type Rows } from './chunk-store.js';
import { CatalogGapError } from './errors.js';
import { FxDigests } from './fx-digests.js';
import {
  OPERATOR,
  type Account,
  type ApiKey,
  type Connection,
  type FxRates,
  type Micros,
  type NumberingPlan,
  type Plan,
  type RateCard,
  type RateCardVersion,
  type RateGroup,
  type Source,
  type Supplier,
} from './model.js';
import { SourceHistory } from './source-history.js';
import { parseCatalogEvent, type TypedCatalogEvent } from './typed-event.js';

export interface CatalogViewOptions {
  /**
   * Called once per version when the event and all its rows are here, in position order; also for versions withdrawn later. Rows are
   * unpacked each time that one goes through them: who keeps them as objects pays for that.
   */
  onVersionUsable?(version: RateCardVersion, rows: Rows<RateRow>): void;
  /** A withdrawn version must not price what is rated from here on. */
  onVersionWithdrawn?(cardId: string, version: number, withdrawnAt: Micros): void;
  /** Called once per published numbering plan version when all its rows are here, in position order. */
  onNumberingPlan?(plan: NumberingPlan, rows: NumberRow[]): void;
  /** Called once per publication of exchange rates, in position order. */
  onFxRates?(rates: FxRates): void;
  /** Keep the rows after handing them over: `rates()` gives them. Costs memory; for tests and small tools. */
  keepRates?: boolean;
}

/**
 * What the catalog says, folded from its events. Every service has one of its own.
 *
 * In      every event of `catalog` in position order (repeats allowed), every chunk of `catalog.rates` in any order
 * Out     the state at `position`; it is the same for every reader at the same position, whatever order chunks came in:
 *         a publication whose rows are not here yet holds itself and all later events back
 * Errors  CatalogGapError when a position is missing; CatalogIntegrityError when rows are not those published
 */
export class CatalogView {
  private applied = 0;
  private received = 0;
  private queue: TypedCatalogEvent[] = [];
  private lastEventAt = 0;
  private readonly chunks = new ChunkStore();
  private readonly tree = new AccountTree();
  /** What exchange rates were published, as digests; the rates themselves are handed over and not kept. */
  readonly fxDigests = new FxDigests();
  private readonly sourceHistory = new SourceHistory();
  private readonly supplierMap = new Map<string, Supplier>();
  private readonly connectionMap = new Map<string, Connection>();
  private readonly cardMap = new Map<string, RateCard>();
  private readonly planMap = new Map<string, Plan>();
  private readonly rateGroupMap = new Map<string, RateGroup>();
  private readonly numberingPlanMap = new Map<string, NumberingPlan>();
  private readonly keyMap = new Map<string, ApiKey>();
  private readonly keysByHash = new Map<string, ApiKey>();
  private readonly allVersions = new Map<string, RateCardVersion[]>();
  private readonly liveVersions = new Map<string, readonly RateCardVersion[]>();
  private readonly streamVersions = new Map<string, number>();
  private readonly keptRates = new Map<string, RateRow[]>();

  constructor(private readonly options: CatalogViewOptions = {}) {}

  /** This view hands rates over, so it needs the `rates` chunks and waits for them. */
  get wantsRates(): boolean {
    return this.options.onVersionUsable !== undefined || this.options.keepRates === true;
  }

  /** This view hands numbering plans over, so it needs the `numbers` chunks and waits for them. */
  get wantsNumbers(): boolean {
    return this.options.onNumberingPlan !== undefined;
  }

  /** The last position that is fully in this state; what events name as `catalogPosition`. 0 before the first. */
  get position(): number {
    return this.applied;
  }

  /** The last position seen; later than `position` while rows are awaited. */
  get receivedPosition(): number {
    return this.received;
  }

  /** When the last applied event (heartbeats included) was written by the catalog, micros; 0 before the first. */
  get asOf(): Micros {
    return this.lastEventAt;
  }

  get accounts(): ReadonlyMap<string, Account> {
    return this.tree.accounts;
  }
  get suppliers(): ReadonlyMap<string, Supplier> {
    return this.supplierMap;
  }
  get connections(): ReadonlyMap<string, Connection> {
    return this.connectionMap;
  }
  /** The newest configuration of each source. What counts for a record is `sourceAt`. */
  get sources(): ReadonlyMap<string, Source> {
    return this.sourceHistory.newest;
  }
  get cards(): ReadonlyMap<string, RateCard> {
    return this.cardMap;
  }
  get plans(): ReadonlyMap<string, Plan> {
    return this.planMap;
  }
  get rateGroups(): ReadonlyMap<string, RateGroup> {
    return this.rateGroupMap;
  }
  get numberingPlans(): ReadonlyMap<string, NumberingPlan> {
    return this.numberingPlanMap;
  }
  get apiKeys(): ReadonlyMap<string, ApiKey> {
    return this.keyMap;
  }

  /** The newest published numbering plan, whatever its id; null before the first. */
  numberingPlan: NumberingPlan | null = null;

  /**
   * Applies the next event.
   *
   * Out     events that took effect now, in order: none for a repeat or while rows are awaited, several after a wait
   */
  apply(event: CatalogEvent): TypedCatalogEvent[] {
    if (event.type === 'Heartbeat') return this.heartbeat(event);
    if (event.position <= this.received) return [];
    if (event.position !== this.received + 1) throw new CatalogGapError(this.received + 1, event.position);
    this.received = event.position;
    this.queue.push(parseCatalogEvent(event));
    return this.drain();
  }

  /** Takes a chunk of rows; answers as `apply` does. */
  applyChunk(chunk: RateChunk): TypedCatalogEvent[] {
    const wanted = chunk.kind === 'rates' ? this.wantsRates : this.wantsNumbers;
    if (!wanted) return [];
    this.chunks.add(chunk);
    return this.drain();
  }

  /** The key of a SHA-256 (hex), revoked and expired ones too: the guard decides. */
  apiKeyByHash(hash: string): ApiKey | undefined {
    return this.keysByHash.get(hash);
  }

  /** Whose key it is; OPERATOR: the installation's own key, nobody else's. An id of no key is a person of its own. */
  personOf(keyId: string): string {
    const { person } = this.keyMap.get(keyId) ?? {};
    return person === null ? OPERATOR : (person ?? keyId);
  }

  /** The account first, its root payer last; empty for an unknown account. The array is shared: do not change it. */
  chain(accountId: string): readonly string[] {
    return this.tree.chain(accountId);
  }

  /** The account directly under the operator that this one hangs under (itself, for a root). */
  rootPayerOf(accountId: string): string | undefined {
    return this.tree.chain(accountId).at(-1);
  }

  /** The stored partition of a root payer; undefined for an account that is none. */
  partitionOf(rootPayer: string): number | undefined {
    return this.tree.accounts.get(rootPayer)?.partition ?? undefined;
  }

  /** Whether an account lies in the subtree of `scope` (itself included). OPERATOR's subtree is everything. */
  isWithin(accountId: string, scope: string): boolean {
    return this.tree.isWithin(accountId, scope);
  }

  /** Accounts directly under this one, in order of opening. OPERATOR: the root payers. */
  children(accountId: string): readonly string[] {
    return this.tree.children(accountId);
  }

  /** The configuration of a source that counts for a record appended at `appendedAt`; undefined when there is none yet. */
  sourceAt(id: string, appendedAt: Micros): Source | undefined {
    return this.sourceHistory.at(id, appendedAt);
  }

  /** Published, complete, not withdrawn versions of a card, by number. Shared: do not change it. */
  versions(cardId: string): readonly RateCardVersion[] {
    return this.liveVersions.get(cardId) ?? [];
  }

  /** The same with the withdrawn ones. */
  everyVersion(cardId: string): readonly RateCardVersion[] {
    return this.allVersions.get(cardId) ?? [];
  }

  /** The rows of a version, only with `keepRates`. */
  rates(cardId: string, version: number): readonly RateRow[] | undefined {
    return this.keptRates.get(`${cardId}\u001f${version}`);
  }

  /** Number of events in the stream of an aggregate; 0 for one that is not there. */
  streamVersion(aggregate: string, id: string): number {
    return this.streamVersions.get(`${aggregate}/${id}`) ?? 0;
  }

  private heartbeat(event: CatalogEvent): TypedCatalogEvent[] {
    if (event.position > this.received) throw new CatalogGapError(this.received + 1, event.position);
    if (this.queue.length === 0) this.lastEventAt = Math.max(this.lastEventAt, event.occurredAt);
    return [];
  }

  private drain(): TypedCatalogEvent[] {
    let done = 0;
    for (const event of this.queue) {
      if (!this.take(event)) break;
      this.applied = event.position;
      this.streamVersions.set(`${event.aggregate}/${event.aggregateId}`, event.aggregateVersion);
      this.lastEventAt = Math.max(this.lastEventAt, event.occurredAt);
      done += 1;
    }
    return this.queue.splice(0, done);
  }

  /** False when the rows of a publication are not here yet. */
  private take(event: TypedCatalogEvent): boolean {
    switch (event.type) {
      case 'Heartbeat':
        return true;
      case 'AccountOpened':
        this.tree.open(event.data);
        return true;
      case 'AccountChanged':
        this.tree.change(event.data);
        return true;
      case 'AccountClosed':
        this.tree.close(event.data.id);
        return true;
      case 'SupplierAdded':
      case 'SupplierChanged':
        this.supplierMap.set(event.data.id, event.data);
        return true;
      case 'ConnectionAdded':
      case 'ConnectionChanged':
        this.connectionMap.set(event.data.id, event.data);
        return true;
      case 'SourceConfigured':
        this.sourceHistory.configure(event.data);
        return true;
      case 'RateCardCreated':
      case 'RateCardChanged':
        this.cardMap.set(event.data.id, event.data);
        return true;
      case 'RateCardVersionPublished':
        return this.publish(event.data);
      case 'RateCardVersionWithdrawn':
        this.withdraw(event.data);
        return true;
      case 'PlanCreated':
      case 'PlanChanged':
        this.planMap.set(event.data.id, event.data);
        return true;
      case 'RateGroupCreated':
      case 'RateGroupChanged':
        this.rateGroupMap.set(event.data.id, event.data);
        return true;
      case 'FxRatesPublished':
        this.fxDigests.add(event.data);
        this.options.onFxRates?.(event.data);
        return true;
      case 'NumberingPlanPublished':
        return this.publishNumbers(event.data);
      case 'ApiKeyIssued':
        this.setKey({ ...event.data, person: this.personOfIssued(event) });
        return true;
      case 'ApiKeyRevoked': {
        const key = this.keyMap.get(event.data.id);
        if (key !== undefined) this.setKey({ ...key, revoked: true });
        return true;
      }
      default:
        // A type of a later release: it takes its position and changes nothing that this release knows.
        return true;
    }
  }

  private publish(version: RateCardVersion): boolean {
    if (this.wantsRates) {
      const rows = this.chunks.takeRates(version.cardId, version.version, version);
      if (rows === null) return false;
      if (this.options.keepRates === true) this.keptRates.set(`${version.cardId}\u001f${version.version}`, [...rows]);
      this.setVersions(version.cardId, [...this.everyVersion(version.cardId), version]);
      this.options.onVersionUsable?.(version, rows);
      return true;
    }
    this.setVersions(version.cardId, [...this.everyVersion(version.cardId), version]);
    return true;
  }

  private withdraw({ cardId, version, withdrawnAt }: { cardId: string; version: number; withdrawnAt: Micros }): void {
    const versions = this.everyVersion(cardId).map((v) => (v.version === version ? { ...v, withdrawnAt } : v));
    this.setVersions(cardId, versions);
    this.options.onVersionWithdrawn?.(cardId, version, withdrawnAt);
  }

  private setVersions(cardId: string, versions: RateCardVersion[]): void {
    this.allVersions.set(cardId, versions);
    this.liveVersions.set(
      cardId,
      versions.filter((v) => v.withdrawnAt === null),
    );
  }

  private publishNumbers(plan: NumberingPlan): boolean {
    if (this.options.onNumberingPlan !== undefined) {
      const rows = this.chunks.takeNumbers(plan.id, plan.version, plan);
      if (rows === null) return false;
      this.setNumberingPlan(plan);
      this.options.onNumberingPlan(plan, [...rows]);
      return true;
    }
    this.setNumberingPlan(plan);
    return true;
  }

  private setNumberingPlan(plan: NumberingPlan): void {
    this.numberingPlanMap.set(plan.id, plan);
    this.numberingPlan = plan;
  }

  /** Keys of earlier releases do not say whose they are; they are of the persons that the same keys are of today. */
  private personOfIssued({ actor, data }: TypedCatalogEvent & { type: 'ApiKeyIssued' }): string | null {
    if (data.person !== undefined) return data.person;
    if (!this.keyMap.has(actor)) return null; // the installation issued it itself
    const issuer = this.personOf(actor);
    return issuer === OPERATOR ? data.id : issuer;
  }

  private setKey(key: ApiKey): void {
    this.keyMap.set(key.id, key);
    this.keysByHash.set(key.hash, key);
  }
}
