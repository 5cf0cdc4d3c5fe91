import { randomUUID } from 'node:crypto';
import { canonicalJson, OPERATOR, type CatalogView } from '@ratestream/catalog';
import { conflict, idempotencyKeyReused, invalid, notFound, ProblemError, type Caller } from '@ratestream/http';
import type { SheetMapping } from '@ratestream/rate-sheets';
import { transaction, type Pool, type Tx } from '@ratestream/postgres';
import { claim, keepAnswer, type Claim } from '../store/command-answers.js';
import { findMapping, insertMapping, listMappings, mappingHistory, type SavedMapping } from './mapping-store.js';

export interface MappingBody {
  supplierId: string | null;
  name: string;
  mapping: SheetMapping;
}

const UNIQUE_VIOLATION = '23505';

/** Saved mappings: whoever may see their owner may see them; a change is a new version and the old one stays. */
export class SavedMappings {
  constructor(
    private readonly pool: Pool,
    private readonly view: CatalogView,
    private readonly clock: () => number,
  ) {}

  async get(id: string, caller: Caller): Promise<SavedMapping> {
    const { deleted, ...found } = (await findMapping(this.pool, id)) ?? { deleted: true };
    if (deleted || !('owner' in found) || !caller.sees(found.owner)) throw notFound('sheet mapping', id);
    return found;
  }

  async list(
    caller: Caller,
    page: { after: string; limit: number; supplierId: string | null },
  ): Promise<SavedMapping[]> {
    const owners = caller.isOperator ? null : [...this.view.accounts.keys()].filter((id) => caller.sees(id));
    return listMappings(this.pool, { ...page, owners });
  }

  async history(id: string, caller: Caller): Promise<(SavedMapping & { deleted: boolean })[]> {
    await this.get(id, caller);
    return mappingHistory(this.pool, id);
  }

  /** Errors: 409 for an id that is, or was, somebody's. */
  async create(
    body: MappingBody & { id?: string | undefined },
    caller: Caller,
    asked: Claim | null,
  ): Promise<{ id: string; version: number }> {
    this.checkSupplier(body, caller);
    const { id = randomUUID(), ...rest } = body;
    return this.write(async (tx) => {
      const claimed = asked === null ? null : await claim(tx, asked);
      if (claimed?.outcome === 'other_request') throw idempotencyKeyReused();
      if (claimed?.outcome === 'answered') return claimed.answer as { id: string; version: number };
      if ((await findMapping(tx, id)) !== null) throw taken(id);
      const answer = { id, version: 1 };
      await insertMapping(
        tx,
        { ...rest, ...answer, owner: caller.scope, changedBy: caller.keyId, changedAt: this.clock() },
        false,
      );
      if (asked !== null) await keepAnswer(tx, asked, answer);
      return answer;
    }, id);
  }

  /** Twice is once: the same content makes no new version. */
  async change(id: string, body: MappingBody, caller: Caller): Promise<{ id: string; version: number }> {
    this.checkSupplier(body, caller);
    return this.write(async (tx) => {
      const before = await this.get(id, caller);
      const { supplierId, name, mapping } = before;
      if (canonicalJson({ supplierId, name, mapping }) === canonicalJson(body)) return { id, version: before.version };
      const version = before.version + 1;
      await insertMapping(tx, { ...before, ...body, version, changedBy: caller.keyId, changedAt: this.clock() }, false);
      return { id, version };
    }, id);
  }

  async remove(id: string, caller: Caller): Promise<{ id: string; version: number }> {
    return this.write(async (tx) => {
      const before = await this.get(id, caller);
      const version = before.version + 1;
      await insertMapping(tx, { ...before, version, changedBy: caller.keyId, changedAt: this.clock() }, true);
      return { id, version };
    }, id);
  }

  private async write<T>(fn: (tx: Tx) => Promise<T>, id: string): Promise<T> {
    try {
      return await transaction(this.pool, fn);
    } catch (error) {
      if ((error as { code?: unknown }).code === UNIQUE_VIOLATION) throw taken(id);
      throw error;
    }
  }

  private checkSupplier({ supplierId }: MappingBody, caller: Caller): void {
    if (supplierId === null) return;
    if (caller.scope !== OPERATOR) throw new ProblemError(403, 'operator_only', 'Only the operator has suppliers.');
    if (!this.view.suppliers.has(supplierId))
      throw invalid([{ pointer: '/supplierId', code: 'not_found', detail: `there is no supplier "${supplierId}"` }]);
  }
}

function taken(id: string): ProblemError {
  return conflict('id_taken', `The sheet mapping "${id}" exists, or has just been changed; ids are never reused.`);
}
