import { setTimeout as sleep } from 'node:timers/promises';
import type { PartName, Stack } from '@ratestream/stack-local';
import { Random } from '@ratestream/tool-simulator';
import type { ChaosOptions } from './options.js';
import { startSecond } from './second-process.js';

/** Something that was done to the running stack. */
export interface Fault {
  part: PartName;
  what: string;
  at: number;
  /** Until the part itself answered again. */
  backAfterSec: number;
}

/** `struck` is called when the blow falls, where that is not at once. */
type Strike = (stack: Stack, struck: () => void) => Promise<void>;
interface Planned {
  part: PartName;
  what: string;
  strike: Strike;
}

const KILLED: readonly PartName[] = ['ingest', 'rating', 'balance', 'analytics'];

/** Every service is killed about equally often, in drawn order; the frozen task and the two blows to the broker lie between. */
export function planFaults({ kills, freezeSec, seed }: ChaosOptions): Planned[] {
  const random = new Random(seed).fork('faults');
  const planned: Planned[] = [];
  for (let i = 0; i < kills; i++) {
    const part = KILLED[i % KILLED.length] as PartName;
    planned.push({ part, what: 'kill -9', strike: (stack) => stack.kill(part, 'SIGKILL') });
  }
  for (let i = planned.length - 1; i > 0; i--) {
    const j = random.int(0, i);
    [planned[i], planned[j]] = [planned[j] as Planned, planned[i] as Planned];
  }
  const third = Math.floor(planned.length / 3);
  planned.splice(2 * third + 1, 0, {
    part: 'kafka',
    what: 'SIGKILL',
    strike: (stack) => stack.kill('kafka', 'SIGKILL'),
  });
  planned.splice(third + 1, 0, {
    part: 'kafka',
    what: 'SIGTERM',
    strike: (stack) => stack.restart('kafka', 'SIGTERM'),
  });
  planned.splice(1, 0, {
    part: 'rating',
    what: `frozen ${freezeSec} s, another takes over, revived`,
    strike: freeze(freezeSec),
  });
  return planned;
}

/** The group gives the frozen one's partitions to a second process; then the zombie comes back and must not write. */
function freeze(seconds: number): Strike {
  return async (stack, struck) => {
    const second = await startSecond(stack, 'rating');
    try {
      await sleep(4_000);
      struck();
      stack.freeze('rating');
      await sleep(seconds * 1_000);
      stack.unfreeze('rating');
      await sleep(4_000);
    } finally {
      await second.stop();
    }
  };
}

/** Strikes one after the other while traffic flows. */
export async function runFaults(stack: Stack, options: ChaosOptions, say: (text: string) => void): Promise<Fault[]> {
  const random = new Random(options.seed).fork('pauses');
  const faults: Fault[] = [];
  const [low, high] = options.pauseSec;
  for (const { part, what, strike } of planFaults(options)) {
    await sleep(random.int(low * 1_000, high * 1_000));
    let at = Date.now();
    say(`${part}: ${what}`);
    await strike(stack, () => (at = Date.now()));
    await stack.waitReady(part, 120_000);
    faults.push({ part, what, at, backAfterSec: (Date.now() - at) / 1_000 });
  }
  return faults;
}
