import type { ServiceName } from '@ratestream/stack-local';
import { booksAtRest } from '../guide/books.js';
import { openGuide } from '../guide/guide.js';
import { installation } from '../guide/stack.js';
import { endOf } from '../guide/streams.js';
import { post, recordsOf } from '../guide/traffic.js';

const KILLED: readonly ServiceName[] = ['rating', 'ingest', 'balance', 'rating', 'analytics', 'ingest'];

/** Chapter 6: kill -9 in the middle of traffic, and the totals are what they are without it. */
export function itIsKilled(): void {
  const guide = openGuide('journey/06-it-is-killed.md');
  describe(guide.title, () => {
    test('kill -9 of services while messages flow loses none and charges none twice', async () => {
      const { services } = installation();
      const records = recordsOf('beset', 500, new Date().toISOString());
      let sent = false;
      const traffic = post(records, 'beset', { chunk: 20, paceMs: 200 }).finally(() => (sent = true));
      const killedInTraffic: ServiceName[] = [];
      const killing = (async () => {
        for (const service of KILLED) {
          await somethingIsRated();
          if (!sent) killedInTraffic.push(service);
          await services.kill(service, 'SIGKILL');
          await services.waitReady(service, 120_000);
        }
      })();
      await Promise.all([traffic, killing]);
      // The first blows at least fell while records came in: otherwise nothing was shown here.
      expect(killedInTraffic).toEqual(expect.arrayContaining(['rating', 'ingest']));

      const { rated } = await booksAtRest();
      expect(rated.events).toBeGreaterThanOrEqual(1_000);
      await guide.follow('All of it, once');
    });

    test('no command of the page was left out', () => expect(guide.notFollowed()).toEqual([]));
  });
}

/** A blow falls into work only when there is some: waits until `rated` has grown, or a second long. */
async function somethingIsRated(): Promise<void> {
  const from = await endOf('rated');
  const until = Date.now() + 1_000;
  while (Date.now() < until && (await endOf('rated')) === from) await new Promise((resolve) => setTimeout(resolve, 20));
}
