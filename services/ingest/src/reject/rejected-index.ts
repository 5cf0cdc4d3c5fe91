import type { RejectedCdr } from '@ratestream/events';

/** What a list of rejects may be narrowed by. */
export interface RejectFilter {
  readonly source?: string | undefined;
  readonly reason?: string | undefined;
  /** micros, inclusive */
  readonly from?: number | undefined;
  /** micros, exclusive */
  readonly to?: number | undefined;
}

const MOST = 10_000;

/**
 * The newest rejects of `cdr.rejected`, in memory and bounded: older ones are in the topic. Newest first.
 */
export class RejectedIndex {
  private readonly byId = new Map<string, RejectedCdr>();

  constructor(private readonly most = MOST) {}

  /** How many of each partition are worth reading at the start. */
  get capacity(): number {
    return this.most;
  }

  add(rejected: RejectedCdr): void {
    this.byId.delete(rejected.rejectId);
    this.byId.set(rejected.rejectId, rejected);
    if (this.byId.size > this.most) {
      const [oldest] = this.byId.keys();
      this.byId.delete(oldest as string);
    }
  }

  get(rejectId: string): RejectedCdr | undefined {
    return this.byId.get(rejectId);
  }

  /** Behind `after` (a reject's time and id), newest first. */
  list(filter: RejectFilter, limit: number, after?: readonly [number, string]): RejectedCdr[] {
    return [...this.byId.values()]
      .filter((r) => matches(r, filter) && (after === undefined || order(r.rejectedAt, r.rejectId, after) > 0))
      .sort((a, b) => order(a.rejectedAt, a.rejectId, [b.rejectedAt, b.rejectId]))
      .slice(0, limit);
  }
}

function matches(r: RejectedCdr, { source, reason, from, to }: RejectFilter): boolean {
  return (
    (source === undefined || r.source === source) &&
    (reason === undefined || r.reason === reason) &&
    (from === undefined || r.rejectedAt >= from) &&
    (to === undefined || r.rejectedAt < to)
  );
}

/** Negative where (at, id) comes before the other in the list. */
function order(at: number, id: string, [otherAt, otherId]: readonly [number, string]): number {
  return otherAt - at || (id < otherId ? -1 : id > otherId ? 1 : 0);
}
