export interface ChaosOptions {
  messages: number;
  /** Records per second that the gateways write; the faults fall into the time that this gives. */
  recordsPerSecond: number;
  kills: number;
  /** Pause between two faults in seconds, drawn from this range. */
  pauseSec: readonly [number, number];
  /** How long a task process stands still; longer than the session timeout of the group. */
  freezeSec: number;
  /** Time-out of plans in seconds; short, so that timers fire within the run. */
  timeoutSec: number;
  seed: number;
  folder: string | null;
  jsonFile: string | null;
}

export const FULL: ChaosOptions = {
  messages: 200_000,
  recordsPerSecond: 2_200,
  kills: 22,
  pauseSec: [6, 11],
  freezeSec: 25,
  timeoutSec: 45,
  seed: 1,
  folder: null,
  jsonFile: null,
};

/** Part of `npm test`: every kind of fault once, in under three minutes. */
export const QUICK: ChaosOptions = {
  ...FULL,
  messages: 5_000,
  recordsPerSecond: 240,
  kills: 4,
  pauseSec: [1, 2],
  freezeSec: 14,
  timeoutSec: 20,
};
