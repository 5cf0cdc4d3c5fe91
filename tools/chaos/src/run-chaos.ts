import { setTimeout as sleep } from 'node:timers/promises';
import { runFaults } from './faults.js';
import type { Fault } from './faults.js';
import { install } from './installation.js';
import { LagWatch } from './lag-watch.js';
import { checkMoney } from './money-check.js';
import type { MoneyCheck } from './money-check.js';
import type { ChaosOptions } from './options.js';
import { digestRated } from './rated-digest.js';
import { checkRaw } from './raw-check.js';
import type { RawCheck } from './raw-check.js';
import { replayEverything } from './replay.js';
import { sendTraffic, setUp } from './traffic.js';
import type { Sent } from './traffic.js';

export interface ChaosResult {
  exact: boolean;
  options: ChaosOptions;
  seconds: number;
  sent: Sent;
  /** With the seconds until every stage was back at its lag of before. */
  faults: (Fault & { recoverySec: number | null })[];
  /** From the last record and fault until nothing waited anywhere. */
  catchUpSec: number;
  replay: { ratedEvents: number; unchanged: boolean; seconds: number };
  raw: RawCheck;
  money: MoneyCheck;
}

const SERVICES = ['catalog', 'ingest', 'rating', 'balance', 'analytics'] as const;

/** The whole run: start, traffic under faults, quiet, full replay, both checks. The stack is stopped whatever happens. */
export async function runChaos(
  options: ChaosOptions,
  folder: string,
  say: (text: string) => void,
): Promise<ChaosResult> {
  const startedAt = Date.now();
  const installation = await install(folder, say);
  const watch = new LagWatch(installation);
  try {
    const { stack, kafka } = installation;
    const plan = await setUp(installation, options, say);
    const flowing = sendTraffic(installation, options, plan, progressEvery(10_000, say));
    let sentAt = Date.now();
    void flowing.then(() => (sentAt = Date.now()));
    const [sent, faults] = await Promise.all([flowing, runFaults(stack, options, say)]);
    const endedAt = Date.now();
    say(`${sent.records} records sent in ${Math.round(sent.seconds)} s; waiting until nothing moves`);
    for (const service of SERVICES) await stack.waitReady(service, 120_000);
    const quietAt = await watch.quiet(300_000);
    // Deadlines of the last records, and the ticks that see them pass.
    await sleep(Math.max(0, sentAt + options.timeoutSec * 1_000 - Date.now()));
    await watch.quiet(300_000);

    // Before the replay, which would find what had been lost.
    say('checking every record of cdr.raw');
    const raw = await checkRaw(kafka);
    say('replaying everything');
    const replayedAt = Date.now();
    const before = await digestRated(kafka);
    await replayEverything(stack, async () => {
      await sleep(5_000);
      await watch.quiet(600_000);
    });
    const after = await digestRated(kafka);
    const replay = {
      ratedEvents: after.events,
      unchanged: before.events === after.events && before.sha256 === after.sha256,
      seconds: (Date.now() - replayedAt) / 1_000,
    };

    say('comparing oracle, rated, ledger and ClickHouse');
    const money = await checkMoney(installation);
    return {
      exact: replay.unchanged && raw.lost.length === 0 && money.faults.length === 0,
      options,
      seconds: (Date.now() - startedAt) / 1_000,
      sent,
      faults: faults.map((fault, i) => ({
        ...fault,
        recoverySec: watch.recoverySec(fault.at, faults[i + 1]?.at ?? replayedAt),
      })),
      catchUpSec: Math.max(0, (quietAt - endedAt) / 1_000),
      replay,
      raw,
      money,
    };
  } finally {
    await watch.stop();
    await installation.close();
  }
}

function progressEvery(ms: number, say: (text: string) => void): (sent: Sent) => void {
  let last = Date.now();
  return ({ records }) => {
    if (Date.now() - last < ms) return;
    last = Date.now();
    say(`${records} records sent`);
  };
}
