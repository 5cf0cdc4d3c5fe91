import { readFileSync } from 'node:fs';
import { SERVICES, type ServiceName } from '@ratestream/stack-local';
import { eventually } from '@ratestream/testing';
import { booksAtRest } from '../guide/books.js';
import { openGuide } from '../guide/guide.js';
import { installation } from '../guide/stack.js';
import { endOf } from '../guide/streams.js';
import { post, recordsOf } from '../guide/traffic.js';

/** Chapter 8: every service is stopped by SIGTERM in the middle of traffic, started again, and the totals are exact. */
export function itStopsAndGoesOn(): void {
  const guide = openGuide('journey/08-it-stops-and-goes-on.md');
  describe(guide.title, () => {
    test('all services stop cleanly in the middle of traffic, start again and continue', async () => {
      const { services } = installation();
      const rated = await endOf('rated');
      let sent = false;
      const records = recordsOf('calm', 200, new Date().toISOString());
      const traffic = post(records, 'calm', { chunk: 8, paceMs: 150 }).finally(() => (sent = true));

      await eventually(async () => expect(await endOf('rated')).toBeGreaterThan(rated + 20), { timeoutMs: 60_000 });
      const stopping = SERVICES.map((service) => services.halt(service, 'SIGTERM'));
      await Promise.all(stopping);
      expect(sent).toBe(false);
      for (const service of SERVICES) expect([service, ...lastWords(service)]).toEqual([service, 'SIGTERM', true]);

      await Promise.all(SERVICES.map((service) => services.start(service)));
      await traffic;
      await booksAtRest();
      await guide.follow('They start and continue');
    });

    test('no command of the page was left out', () => expect(guide.notFollowed()).toEqual([]));
  });
}

interface LogLine {
  msg?: string;
  reason?: string;
  clean?: boolean;
}

/** Why a service last drained, and whether it ended in order. */
function lastWords(service: ServiceName): [string | undefined, boolean | undefined] {
  const lines = readFileSync(installation().services.logOf(service), 'utf8').split('\n');
  const last = (msg: string): LogLine =>
    JSON.parse(lines.findLast((line) => line.includes(`"msg":"${msg}"`)) ?? '{}') as LogLine;
  return [last('draining').reason, last('stopped').clean];
}
