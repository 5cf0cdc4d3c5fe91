import type { CorrelationTask } from './correlation.task.js';

export interface OrphanRow {
  readonly id: string;
  readonly sinceMs: number;
  readonly source: string;
  readonly event: string;
  readonly connection: string | null;
  readonly supplierMessageId: string | null;
  readonly gatewayMessageId: string | null;
  readonly partition: number;
  readonly offset: number;
  readonly line: number | null;
}

export interface OrphanFilter {
  readonly source?: string | undefined;
  readonly connection?: string | undefined;
}

/** The orphans of the tasks that this process runs. */
export class OrphanList {
  private readonly tasks = new Map<number, CorrelationTask>();

  started(task: CorrelationTask): void {
    this.tasks.set(task.partition, task);
  }

  stopped(task: CorrelationTask): void {
    if (this.tasks.get(task.partition) === task) this.tasks.delete(task.partition);
  }

  partitions(): number[] {
    return [...this.tasks.keys()].sort((a, b) => a - b);
  }

  list({ source, connection }: OrphanFilter, limit: number, after?: readonly [number, string]): OrphanRow[] {
    const rows: OrphanRow[] = [];
    for (const task of this.tasks.values()) {
      for (const { id, ask, since } of task.fold.orphans.all()) {
        const { usage } = ask;
        if (source !== undefined && usage.identity.source !== source) continue;
        if (connection !== undefined && usage.connection !== connection) continue;
        if (after !== undefined && (since < after[0] || (since === after[0] && id <= after[1]))) continue;
        rows.push({
          id,
          sinceMs: since,
          source: usage.identity.source,
          event: usage.identity.event,
          connection: usage.connection,
          supplierMessageId: usage.supplierMessageId?.raw ?? null,
          gatewayMessageId: usage.gatewayMessageId,
          partition: usage.rawRef.partition,
          offset: usage.rawRef.offset,
          line: ask.line,
        });
      }
    }
    return rows.sort((a, b) => a.sinceMs - b.sinceMs || (a.id < b.id ? -1 : 1)).slice(0, limit);
  }
}
