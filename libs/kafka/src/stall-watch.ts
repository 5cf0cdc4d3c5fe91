/** What the watch asks of a task. */
export interface Watched {
  readonly partition: number;
  readonly state: string;
  readonly commits: number;
  /** Input could be processed now; null while the task is not running, so that it cannot know. */
  readonly behind: boolean | null;
}

/** A task with this much time of its own at fault makes no progress; only a new process is known to help. */
export interface Stall {
  readonly partition: number;
  readonly ms: number;
}

/**
 * Counts for how long a task has had input and committed nothing.
 *
 * Not counted   rebuilding the state (`starting`, which may read long), waiting for the catalog, time in which the
 *               cluster does not answer, and a gap in which this process itself was stopped
 * Counted       a hung step, a hung fetch, and every restart of a task that fails again and again
 */
export class StallWatch {
  private readonly seen = new Map<number, { commits: number; ms: number }>();

  constructor(
    private readonly limitMs: number,
    private readonly longestIntervalMs: number,
  ) {}

  /** To be called every so often; `elapsedMs` since the last call; `clusterAnswers`: an independent question was answered. */
  check(tasks: readonly Watched[], elapsedMs: number, clusterAnswers: boolean): Stall | null {
    const alive = new Set(tasks.map((t) => t.partition));
    for (const partition of this.seen.keys()) if (!alive.has(partition)) this.seen.delete(partition);
    let worst: Stall | null = null;
    for (const task of tasks) {
      const before = this.seen.get(task.partition);
      const idle =
        task.behind === false || task.state === 'starting' || task.state === 'waiting' || task.state === 'stopped';
      const progress = before === undefined || before.commits !== task.commits || (idle && task.state === 'running');
      const counts = !idle && clusterAnswers ? Math.min(elapsedMs, this.longestIntervalMs) : 0;
      const ms = progress ? 0 : before.ms + counts;
      this.seen.set(task.partition, { commits: task.commits, ms });
      if (ms >= this.limitMs && (worst === null || ms > worst.ms)) worst = { partition: task.partition, ms };
    }
    return worst;
  }

  /** How long the task has been stuck, ms. */
  stuckMs(partition: number): number {
    return this.seen.get(partition)?.ms ?? 0;
  }
}
