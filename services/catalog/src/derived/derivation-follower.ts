import { inForce, type CatalogEventData, type Derivation, type RateCard } from '@ratestream/catalog';
import { NAMESPACES, uuidV5, type CatalogEvent } from '@ratestream/events';
import type { Logger } from '@ratestream/observability';
import { transaction, type Pool } from '@ratestream/postgres';
import type { CatalogState } from '../commands/catalog-state.js';
import { derivedImports, isOpen, lockPosition, movePosition, nextEvent, unconverted } from './derivation-store.js';
import type { DerivedOrder, DerivedStager } from './derived-stager.js';

export interface FollowerOptions {
  pool: Pool;
  state: CatalogState;
  stager: DerivedStager;
  logger: Logger;
  /** Microseconds UTC. */
  clock: () => number;
  /** How often it looks for versions, whoever published them. */
  intervalMs: number;
}

type DerivedCard = DerivedOrder['card'];

/**
 * Keeps derived cards after their buy cards: every published or withdrawn version, in the order of the catalog. What could
 * not be converted is computed again when exchange rates are published.
 *
 * Driven by the stored events from a stored position. The position moves in one transaction after the staging of its
 * event; imports have ids made of card, version and position, so a process that dies in between finds what it had begun
 * and does it again, and one that had finished finds it done. One process at a time holds the position.
 */
export class DerivationFollower {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(private readonly options: FollowerOptions) {}

  start(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.running = this.look()
        .catch((error: unknown) =>
          this.options.logger.warn({ err: error }, 'derived cards wait: they could not be staged'),
        )
        .finally(() => this.start());
    }, this.options.intervalMs);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.running;
  }

  /** Everything that has been published since. */
  async look(): Promise<void> {
    while (!this.stopped && (await this.step()));
  }

  private async step(): Promise<boolean> {
    const { pool, state } = this.options;
    // Most looks find nothing: no lock for those.
    return transaction(pool, async (tx) => {
      const after = await lockPosition(tx);
      if (after === null) return false;
      const { event, position } = await nextEvent(tx, after);
      if (event === null) {
        if (position > after) await movePosition(tx, position);
        return false;
      }
      if (state.view.position < position) await state.catchUp(pool);
      await this.follow(event);
      await movePosition(tx, position);
      return true;
    });
  }

  private async follow(event: CatalogEvent): Promise<void> {
    const { position, actor } = event;
    if (event.type === 'RateCardVersionPublished') {
      const { cardId, version } = JSON.parse(event.data) as CatalogEventData['RateCardVersionPublished'];
      for (const card of this.followers(cardId)) await this.published(card, version, { position, by: actor });
      await this.renew(cardId, position);
    }
    if (event.type === 'RateCardVersionWithdrawn') {
      const { cardId, version } = JSON.parse(event.data) as CatalogEventData['RateCardVersionWithdrawn'];
      for (const card of this.followers(cardId)) await this.withdrawn(card, version, { position, by: actor });
      await this.renew(cardId, position);
    }
    if (event.type === 'FxRatesPublished') await this.convert(position);
  }

  /**
   * What failed for want of an exchange rate and can be converted now; where it cannot, the one that failed goes on waiting.
   * Whatever becomes of it is the newest import of its version, so that the next rates begin nothing again.
   */
  private async convert(position: number): Promise<void> {
    const { pool, state, stager, clock } = this.options;
    for (const { cardId, fromCardId, fromVersion, effectiveFrom, by } of await unconverted(pool)) {
      const card = this.followers(fromCardId).find(({ id }) => id === cardId);
      const inForceThere = inForce(state.view.versions(fromCardId), effectiveFrom ?? clock());
      if (card === undefined || inForceThere !== fromVersion || !(await stager.canConvert(card))) continue;
      await this.stage(card, fromVersion, effectiveFrom, { position, by });
    }
  }

  /** A version that is nowhere in force any more has had its event in vain. */
  private async published(card: DerivedCard, number: number, made: { position: number; by: string }): Promise<void> {
    const versions = this.options.state.view.versions(card.derivation.fromCardId);
    const version = versions.find((one) => one.version === number);
    if (version === undefined || inForce(versions, version.effectiveFrom) !== number) return;
    await this.stage(card, number, version.effectiveFrom, made);
  }

  /**
   * What waited for the version is discarded. Where it had made way for another version of the same instant, or prices of
   * it are published already, those of the version that is in force there instead are staged.
   */
  private async withdrawn(card: DerivedCard, number: number, made: { position: number; by: string }): Promise<void> {
    const { pool, state, stager } = this.options;
    for (const one of await derivedImports(pool, card.id, 'staged'))
      if (one.fromVersion === number) await stager.discard(one.id);
    const { fromCardId } = card.derivation;
    const gone = state.view.everyVersion(fromCardId).find(({ version }) => version === number);
    if (gone === undefined) return;
    const versions = state.view.versions(fromCardId);
    const instead = inForce(versions, gone.effectiveFrom);
    if (instead === null) return;
    const live = new Set(state.view.versions(card.id).map(({ version }) => version));
    const published = (await derivedImports(pool, card.id, 'approved')).some(
      ({ fromVersion, publishedVersion }) => fromVersion === number && live.has(publishedVersion ?? 0),
    );
    // A later version of the same instant has an event of its own.
    const sameInstant = versions.some(
      (one) => one.version === instead && one.version < number && one.effectiveFrom === gone.effectiveFrom,
    );
    if (published || sameInstant) await this.stage(card, instead, gone.effectiveFrom, made);
  }

  /** Staged imports of a card that were compared with a version which is not in force there any more. */
  private async renew(cardId: string, position: number): Promise<void> {
    const { pool, state } = this.options;
    const card = state.view.cards.get(cardId);
    if (card === undefined || !isDerived(card)) return;
    for (const one of await derivedImports(pool, cardId, 'staged')) {
      if (one.effectiveFrom === null || inForce(state.view.versions(cardId), one.effectiveFrom) === one.baseVersion)
        continue;
      await this.stage(card, one.fromVersion, one.effectiveFrom, { position, by: one.uploadedBy });
    }
  }

  private async stage(
    card: DerivedCard,
    number: number,
    effectiveFrom: number | null,
    { position, by }: { position: number; by: string },
  ): Promise<void> {
    const { pool, state, stager } = this.options;
    const { fromCardId } = card.derivation;
    const version = state.view.everyVersion(fromCardId).find((one) => one.version === number);
    if (version === undefined) return;
    const id = uuidV5(NAMESPACES.catalogEvent, `${position} ${card.id} ${fromCardId} ${number} ${effectiveFrom ?? ''}`);
    if (!(await isOpen(pool, id))) return;
    const order = { id, card, version, effectiveFrom, by };
    await stager.stage(await stager.begin(pool, order), order);
  }

  private followers(cardId: string): DerivedCard[] {
    return [...this.options.state.view.cards.values()].filter(
      (card): card is DerivedCard => isDerived(card) && card.derivation.fromCardId === cardId,
    );
  }
}

export function isDerived(card: RateCard): card is RateCard & { derivation: Derivation } {
  return card.derivation !== null;
}
