import { randomUUID } from 'node:crypto';
import {
  aggregateOf,
  chunkKey,
  decide,
  eventDataSchemas,
  type Authority,
  type CatalogCommand,
  type CatalogSettings,
  type NewEvent,
  type Refused,
} from '@ratestream/catalog';
import type { CatalogEvent, RateChunk } from '@ratestream/events';
import type { Serdes } from '@ratestream/kafka';
import type { Counter, Metrics } from '@ratestream/observability';
import { transaction, type Outbox, type OutboxRecord, type Pool, type Tx } from '@ratestream/postgres';
import { claim, keepAnswer, type Claim } from '../store/command-answers.js';
import { insertEvent } from '../store/event-store.js';
import { insertChunks } from '../store/row-chunks.js';
import type { CatalogState } from './catalog-state.js';

export interface CommandRequest {
  command: CatalogCommand;
  authority: Authority;
  /** Key id or job; recorded on every event. */
  actor: string;
  /** The stream version that the caller has seen; null: any. */
  expectedVersion: number | null;
  idempotency: Claim | null;
  /** Rows that the command's event publishes. */
  chunks?: readonly RateChunk[];
  /** What the caller is told besides id, version and position; kept with the idempotency key, so never a secret. */
  describe?: (events: readonly CatalogEvent[]) => object;
  /** Written in the command's own transaction; a throw undoes the command. */
  alongside?: (tx: Tx, answer: CommandAnswer) => Promise<void>;
}

export interface CommandAnswer {
  id: string;
  /** Events in the aggregate's stream. */
  version: number;
  /** `catalogPosition`: a reader that has reached it sees this command's effect. */
  position: number;
}

export type CommandResult =
  | { outcome: 'done'; answer: CommandAnswer; repeated: boolean }
  | { outcome: 'stale'; version: number }
  | { outcome: 'other_request' }
  | Refused;

/** Commands to different streams that happen together or not at all. */
export interface CommandBatch {
  requests: readonly Omit<CommandRequest, 'idempotency' | 'alongside'>[];
  idempotency: Claim | null;
  /** What the caller is told; kept with the idempotency key. */
  describe: (answers: readonly CommandAnswer[]) => CommandAnswer;
  /** Written in the same transaction; a throw undoes all of it. */
  alongside?: (tx: Tx, answers: readonly CommandAnswer[]) => Promise<void>;
}

export interface CommandHandlerOptions {
  pool: Pool;
  outbox: Outbox;
  serdes: Pick<Serdes, 'CatalogEvent' | 'RateChunk'>;
  state: CatalogState;
  metrics: Metrics;
  settings: CatalogSettings;
  /** Microseconds UTC. */
  clock: () => number;
  /** Tells the relay that there is something to publish. */
  onCommitted: () => void;
}

/** Ends the transaction of a command that is not carried out. */
class NotDone extends Error {
  constructor(readonly result: CommandResult) {
    super('refused');
  }
}

/**
 * Carries out commands, one after the other over all processes.
 *
 * The row that positions are taken from is locked before deciding and held until commit, so the view that a command is
 * decided on is the last committed one: no rule (least loaded partition, closed parent, unique secret) can be broken by
 * two commands at once, and nothing has to be tried again. What is slow (rows of a sheet) is written before the lock.
 */
export class CommandHandler {
  private readonly commands: Counter<'type' | 'outcome'>;

  constructor(private readonly options: CommandHandlerOptions) {
    this.commands = options.metrics.counter('catalog_commands_total', 'Commands by type and outcome', [
      'type',
      'outcome',
    ]);
  }

  /** Errors: those of PostgreSQL, retriable where a repeat may work. An error of commit leaves open whether it happened. */
  async execute(request: CommandRequest): Promise<CommandResult> {
    const { idempotency, alongside, ...rest } = request;
    return this.executeAll({
      requests: [rest],
      idempotency,
      describe: ([answer]) => answer as CommandAnswer,
      ...(alongside === undefined ? {} : { alongside: (tx, [answer]) => alongside(tx, answer as CommandAnswer) }),
    });
  }

  /**
   * The same for several commands in one transaction: all of them, or none and the first refusal.
   *
   * Never  two commands to one stream: each is decided on the state before all of them
   */
  async executeAll(batch: CommandBatch): Promise<CommandResult> {
    const { pool, state, onCommitted } = this.options;
    try {
      const { result, events } = await transaction(pool, (tx) => this.carryOut(tx, batch));
      if (events.length > 0) {
        state.committed(events);
        onCommitted();
      }
      return this.counted(batch, result.outcome === 'done' && result.repeated ? 'repeated' : result.outcome, result);
    } catch (error) {
      if (error instanceof NotDone) return this.counted(batch, error.result.outcome, error.result);
      this.counted(batch, 'failed', null);
      throw error;
    }
  }

  private counted<T>({ requests }: CommandBatch, outcome: string, result: T): T {
    for (const { command } of requests) this.commands.inc({ type: command.type, outcome });
    return result;
  }

  private async carryOut(tx: Tx, batch: CommandBatch): Promise<{ result: CommandResult; events: CatalogEvent[] }> {
    const { requests, idempotency } = batch;
    if (idempotency !== null) {
      const claimed = await claim(tx, idempotency);
      if (claimed.outcome === 'other_request') throw new NotDone(claimed);
      if (claimed.outcome === 'answered') {
        return { result: { outcome: 'done', answer: claimed.answer as CommandAnswer, repeated: true }, events: [] };
      }
    }
    const chunkRecords: OutboxRecord[][] = [];
    for (const { chunks } of requests) chunkRecords.push(await this.writeRows(tx, chunks ?? []));
    const before = await this.lockPosition(tx);
    const events: CatalogEvent[] = [];
    const answers: CommandAnswer[] = [];
    for (const [index, request] of requests.entries()) {
      const { made, answer } = this.decide(request, before + events.length);
      await this.append(tx, made, chunkRecords[index] ?? []);
      events.push(...made);
      answers.push(answer);
    }
    const answer = batch.describe(answers);
    await batch.alongside?.(tx, answers);
    if (idempotency !== null) await keepAnswer(tx, idempotency, answer);
    return { result: { outcome: 'done', answer, repeated: false }, events };
  }

  private async writeRows(tx: Tx, chunks: readonly RateChunk[]): Promise<OutboxRecord[]> {
    await insertChunks(tx, chunks);
    return chunks.map((chunk) => ({
      topic: 'catalog.rates',
      key: chunkKey(chunk),
      value: this.options.serdes.RateChunk.encode(chunk),
    }));
  }

  /** The last committed position. From here on nobody else commits, and the view is exactly at it. */
  private async lockPosition(tx: Tx): Promise<number> {
    const { outbox, state } = this.options;
    const position = (await outbox.takePositions(tx, 0)) - 1;
    await state.catchUp(tx);
    if (state.view.position !== position) {
      throw new Error(`the view is at ${state.view.position} where the last position is ${position}`);
    }
    return position;
  }

  private decide(
    { command, authority, actor, expectedVersion, describe }: CommandBatch['requests'][number],
    position: number,
  ): { made: CatalogEvent[]; answer: CommandAnswer } {
    const { state, settings, clock } = this.options;
    const version = state.view.streamVersion(aggregateOf(command), command.id);
    if (expectedVersion !== null && expectedVersion !== version) throw new NotDone({ outcome: 'stale', version });
    // Instants rise with positions even when the clock does not, so that asOf cuts the stream in one place.
    const now = Math.max(clock(), state.view.asOf + 1);
    const decision = decide(command, { view: state.view, now, authority, settings });
    if (decision.outcome !== 'accepted') throw new NotDone(decision);
    const versions = new Map<string, number>();
    const made = decision.events.map((event, index) => {
      const stream = `${event.aggregate}/${event.aggregateId}`;
      const next = (versions.get(stream) ?? state.view.streamVersion(event.aggregate, event.aggregateId)) + 1;
      versions.set(stream, next);
      return complete(event, { position: position + 1 + index, version: next, now, actor });
    });
    const own = versions.get(`${aggregateOf(command)}/${command.id}`) ?? version;
    const answer = { id: command.id, version: own, position: position + made.length, ...describe?.(made) };
    return { made, answer };
  }

  private async append(tx: Tx, events: readonly CatalogEvent[], chunkRecords: readonly OutboxRecord[]): Promise<void> {
    const { outbox, serdes } = this.options;
    if (events.length === 0) return;
    await outbox.takePositions(tx, events.length);
    for (const [index, event] of events.entries()) {
      await insertEvent(tx, event);
      const record = {
        topic: 'catalog',
        partition: 0,
        key: event.aggregateId,
        value: serdes.CatalogEvent.encode(event),
      };
      await outbox.appendAt(tx, event.position, index === 0 ? [...chunkRecords, record] : [record]);
    }
  }
}

function complete(
  { aggregate, aggregateId, type, data }: NewEvent,
  { position, version, now, actor }: { position: number; version: number; now: number; actor: string },
): CatalogEvent {
  // Readers trust the shape of what is published; a fault here is ours and must not be committed.
  const checked = eventDataSchemas[type].parse(data);
  return {
    position,
    type,
    eventId: randomUUID(),
    aggregate,
    aggregateId,
    aggregateVersion: version,
    occurredAt: now,
    actor,
    data: JSON.stringify(checked),
  };
}
