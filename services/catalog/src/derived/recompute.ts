import { randomUUID } from 'node:crypto';
import { inForce, type CatalogView } from '@ratestream/catalog';
import { conflict, idempotencyKeyReused, invalid, type Caller } from '@ratestream/http';
import { transaction, type Pool } from '@ratestream/postgres';
import type { CommandHeaders } from '../http/command-context.js';
import { claim, keepAnswer } from '../store/command-answers.js';
import { isDerived } from './derivation-follower.js';
import type { DerivedStager } from './derived-stager.js';

export interface RecomputeBody {
  /** Of the buy card; null: the one that is in force now, whose rates then count from the approval on. */
  version: number | null;
}

/** Computes a derived card by hand: after its markup was changed, or when exchange rates have moved. */
export class Recompute {
  constructor(
    private readonly options: { pool: Pool; view: CatalogView; stager: DerivedStager; clock: () => number },
  ) {}

  /** Out: the import's id. The same Idempotency-Key with the same content names the import that was made then. */
  async run(
    cardId: string,
    { version: asked }: RecomputeBody,
    caller: Caller,
    headers: CommandHeaders,
  ): Promise<string> {
    const { pool, view, stager, clock } = this.options;
    const card = view.cards.get(cardId);
    if (card === undefined || !isDerived(card))
      throw conflict('not_derived', 'This card has prices of its own: it follows no buy card.');
    const versions = view.versions(card.derivation.fromCardId);
    const number = asked ?? inForce(versions, clock());
    if (number === null) throw conflict('no_version', 'The buy card has no version in force.');
    const version = versions.find((one) => one.version === number);
    if (version === undefined)
      throw invalid([{ pointer: '/version', code: 'not_found', detail: `the buy card has no version ${number}` }]);
    const effectiveFrom = asked === null ? null : version.effectiveFrom;
    const order = { id: randomUUID(), card, version, effectiveFrom, by: caller.keyId };
    const claimed = headers.claimOf(caller, { version: asked });
    const done = await transaction(pool, async (tx) => {
      const known = claimed === null ? null : await claim(tx, claimed);
      if (known?.outcome === 'other_request') throw idempotencyKeyReused();
      if (known?.outcome === 'answered') return { id: (known.answer as { id: string }).id, one: null };
      const one = await stager.begin(tx, order);
      if (claimed !== null) await keepAnswer(tx, claimed, { id: order.id });
      return { id: order.id, one };
    });
    if (done.one !== null) await stager.stage(done.one, order).catch((error) => stager.giveUp(done.id, error));
    return done.id;
  }
}
