import {
  aggregateState,
  formatInstant,
  versionInForce,
  versionsAsKnown,
  type CatalogView,
  type RateCardVersion,
} from '@ratestream/catalog';
import { Cursor, notFound, pageOf, ProblemError, type Caller, type Page } from '@ratestream/http';
import type { Pool } from '@ratestream/postgres';
import { z } from 'zod';
import { readStream } from '../store/event-store.js';
import { withPeople } from './people.js';
import { present, RESOURCES, type Resource, type ResourceName } from './resource.js';
import { withoutTermsFromAbove } from './terms-from-above.js';
import { walkTree, type TreePlace } from './account-tree.js';

export type Shown = Record<string, unknown>;
export interface PageRequest {
  limit: number;
  cursor?: string | undefined;
}

const idCursor = z.tuple([z.string()]);
const versionCursor = z.tuple([z.int().min(0).max(2_147_483_647)]);

/** Business time and the time it was known at, micros; absent: now. */
export interface Times {
  asOf?: number | undefined;
  knownAt?: number | undefined;
}

const TENANTS_MAY: ReadonlySet<ResourceName> = new Set(['accounts', 'rate-cards', 'plans', 'rate-groups', 'api-keys']);

/** Reads of the catalog, each cut to what the caller may see; what lies outside is not there. */
export class CatalogQueries {
  constructor(
    private readonly view: CatalogView,
    private readonly pool: Pool,
    private readonly clock: () => number = () => Date.now() * 1_000,
  ) {}

  /** Throws 404 for what is not there or not the caller's; 403 where a tenant asks for what only the operator has. */
  find(name: ResourceName, id: string, caller: Caller): { resource: Resource; state: Shown } {
    const resource: Resource = RESOURCES[name];
    this.refuseTenants(name, caller);
    const state = resource.all(this.view).get(id);
    if (state === undefined || !caller.sees(resource.ownerOf(state))) throw notFound(resource.what, id);
    return { resource, state: { ...state } };
  }

  /** The present state with the stream's version. */
  get(name: ResourceName, id: string, caller: Caller): Shown {
    const { resource, state } = this.find(name, id, caller);
    const ofCard = name === 'rate-cards' ? schedule(this.view.everyVersion(id), this.times({})) : {};
    const version = this.view.streamVersion(resource.aggregate, id);
    return this.shown(name, { ...state, ...ofCard, version }, caller);
  }

  /** The state as its stream had it at an instant (micros, inclusive). */
  async getAsOf(name: ResourceName, id: string, caller: Caller, asOf: number): Promise<Shown> {
    const { resource } = this.find(name, id, caller);
    const state = aggregateState(await readStream(this.pool, resource.aggregate, id, { until: asOf }));
    if (state === null) throw notFound(`${resource.what} at that instant`, id);
    return this.shown(name, state, caller);
  }

  /**
   * A card at two times: its terms and versions as they were known at `knownAt`, and which version prices what is billed
   * at `asOf`. Without `asOf` that is what was in force at `knownAt`.
   */
  async cardAt(id: string, caller: Caller, times: Times): Promise<Shown> {
    const { asOf, knownAt } = this.times(times);
    this.find('rate-cards', id, caller);
    const state = aggregateState(await readStream(this.pool, 'rate-card', id, { until: knownAt }));
    if (state === null) throw notFound('rate card known at that instant', id);
    const { versions, ...terms } = state;
    return present({ ...terms, ...schedule(versions as RateCardVersion[], { asOf, knownAt }) }, caller);
  }

  /** Who changed what and when: each event with the whole new state. */
  async history(name: ResourceName, id: string, caller: Caller, { limit, cursor }: PageRequest): Promise<Page<Shown>> {
    const { resource } = this.find(name, id, caller);
    const afterVersion = cursor === undefined ? 0 : Cursor.decode(versionCursor, cursor)[0];
    const events = await readStream(this.pool, resource.aggregate, id, { afterVersion, limit: limit + 1 });
    const page = pageOf(events, limit, (event) => [event.aggregateVersion]);
    return {
      ...page,
      items: page.items.map(({ position, type, aggregateVersion, occurredAt, actor, data }) => ({
        ...this.shown(null, { position, type, version: aggregateVersion, occurredAt, actor }, caller),
        data: this.shown(name, JSON.parse(data) as Shown, caller),
      })),
    };
  }

  /** By id; accounts as the tree they are. */
  list(name: ResourceName, caller: Caller, page: PageRequest): Page<Shown> {
    this.refuseTenants(name, caller);
    return name === 'accounts' ? this.listTree(caller, page) : this.listById(name, caller, page);
  }

  /** Versions of a card as known at an instant, withdrawn ones too, by number, and which of all is in force at another. */
  versions(cardId: string, caller: Caller, { limit, cursor, ...asked }: Times & PageRequest): Shown & Page<Shown> {
    this.find('rate-cards', cardId, caller);
    const { asOf, knownAt } = this.times(asked);
    const versions = versionsAsKnown(this.view.everyVersion(cardId), knownAt);
    const inForce = versionInForce(versions, { asOf, knownAt })?.version ?? null;
    const after = cursor === undefined ? 0 : Cursor.decode(versionCursor, cursor)[0];
    const rest = versions.filter(({ version }) => version > after).slice(0, limit + 1);
    const page = pageOf(rest, limit, ({ version }) => [version]);
    const items = page.items.map((one) => present({ ...one, inForce: one.version === inForce }, caller));
    return { ...present({ asOf, knownAt, inForce }, caller), ...page, items };
  }

  version(cardId: string, number: number, caller: Caller): RateCardVersion {
    this.find('rate-cards', cardId, caller);
    const found = this.view.everyVersion(cardId).find(({ version }) => version === number);
    if (found === undefined) throw notFound('version', `${cardId}/${number}`);
    return found;
  }

  shownVersion(cardId: string, number: number, caller: Caller): Shown {
    return present({ ...this.version(cardId, number, caller) }, caller);
  }

  private shown(name: ResourceName | null, state: Shown, caller: Caller): Shown {
    const shown = present(name === 'accounts' ? withoutTermsFromAbove(state, this.view, caller) : state, caller);
    return withPeople(shown, { view: this.view, caller });
  }

  private listTree(caller: Caller, { limit, cursor }: PageRequest): Page<Shown> {
    const after = cursor === undefined ? null : Cursor.decode(idCursor, cursor)[0];
    const places: TreePlace[] = [];
    for (const place of walkTree(this.view, caller.scope, after)) {
      places.push(place);
      if (places.length > limit) break;
    }
    const page = pageOf(places, limit, ({ id }) => [id]);
    return { ...page, items: page.items.map((place) => ({ ...this.get('accounts', place.id, caller), ...place })) };
  }

  private listById(name: ResourceName, caller: Caller, { limit, cursor }: PageRequest): Page<Shown> {
    const after = cursor === undefined ? '' : Cursor.decode(idCursor, cursor)[0];
    const resource: Resource = RESOURCES[name];
    const ids = [...resource.all(this.view)]
      .filter(([id, state]) => id > after && caller.sees(resource.ownerOf(state)))
      .map(([id]) => id)
      .sort((a, b) => (a < b ? -1 : 1));
    const page = pageOf(ids.slice(0, limit + 1), limit, (id) => [id]);
    return { ...page, items: page.items.map((id) => this.get(name, id, caller)) };
  }

  /** What was published a moment ago is known now, however late our clock is. */
  private times({ asOf, knownAt }: Times): { asOf: number; knownAt: number } {
    const now = Math.max(this.clock(), this.view.asOf);
    return { asOf: asOf ?? knownAt ?? now, knownAt: knownAt ?? now };
  }

  private refuseTenants(name: ResourceName, caller: Caller): void {
    if (!TENANTS_MAY.has(name) && !caller.isOperator)
      throw new ProblemError(403, 'operator_only', 'Only the operator may do this.');
  }
}

/** What a card has been and will be, however many versions that are: how many, which is in force, which is the next. */
function schedule(all: readonly RateCardVersion[], { asOf, knownAt }: { asOf: number; knownAt: number }): Shown {
  const versions = versionsAsKnown(all, knownAt);
  const ahead = versions.filter(({ effectiveFrom, withdrawnAt }) => effectiveFrom > asOf && withdrawnAt === null);
  const next = ahead.reduce<RateCardVersion | undefined>(
    (first, one) => (first === undefined || one.effectiveFrom <= first.effectiveFrom ? one : first),
    undefined,
  );
  return {
    versionCount: versions.length,
    inForce: versionInForce(versions, { asOf, knownAt })?.version ?? null,
    next: next === undefined ? null : { version: next.version, effectiveFrom: formatInstant(next.effectiveFrom) },
  };
}
