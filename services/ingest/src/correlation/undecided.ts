/**
 * How long a receipt waits for the submission that bears its supplier id, where nothing says that there is one. It covers
 * records that are written out of order; how far the tasks lag behind one another does not count, since it is measured on
 * what all of them have read.
 */
export const SUBMISSION_MS = 60_000;

/** The waiting receipts that the gateway's id alone may decide in the end, in the order in which that is due. */
export class Undecided {
  /** by orphan; ms of the broker. Setting one anew moves it to the end, and the log's time only rises. */
  private readonly since = new Map<string, number>();

  /** Each word of its message starts the wait over: more of it may be on its way. */
  restart(id: string, nowMs: number): void {
    this.since.delete(id);
    this.since.set(id, nowMs);
  }

  remove(id: string): void {
    this.since.delete(id);
  }

  /** Whether one is due where all raw input up to this broker time has registered. */
  isDue(readToMs: number): boolean {
    const [first] = this.since.values();
    return first !== undefined && first + SUBMISSION_MS <= readToMs;
  }

  /** Takes out those that are due: each is decided, or waits for its submission and nothing else. */
  takeDue(readToMs: number): string[] {
    const due: string[] = [];
    for (const [id, since] of this.since) {
      if (since + SUBMISSION_MS > readToMs) break;
      due.push(id);
    }
    for (const id of due) this.since.delete(id);
    return due;
  }
}
