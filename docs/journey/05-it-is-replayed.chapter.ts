import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SERVICES } from '@ratestream/stack-local';
import { eventually } from '@ratestream/testing';
import { booksAtRest, type Books } from '../guide/books.js';
import { openGuide } from '../guide/guide.js';
import { installation, ratingEnvironment } from '../guide/stack.js';
import { emptyTopic, endOf, rewind } from '../guide/streams.js';
import { post, recordsOf } from '../guide/traffic.js';

/** Chapter 5: sent twice, read twice, with all that was kept beside the log deleted: not a byte of `rated` more. */
export function itIsReplayed(): void {
  const guide = openGuide('journey/05-it-is-replayed.md');
  describe(guide.title, () => {
    let records: string[];
    let before: Books;
    /** Only a task that remembers them writes nothing when they come once more. */
    const everyMessageIsKnown = async (key: string): Promise<void> => {
      await post(records, key);
      expect(await booksAtRest()).toEqual(before);
    };

    test('two hundred messages are charged', async () => {
      records = recordsOf('again', 200, new Date().toISOString());
      await post(records, 'first');
      await guide.follow('Two hundred messages');
      before = await booksAtRest();
    });

    test('the same records, sent again in another order, become usage and no money', async () => {
      const usage = await endOf('usage');
      records.reverse();
      await everyMessageIsKnown('second');
      expect(await endOf('usage')).toBeGreaterThan(usage + records.length - 1);
      await guide.follow('Sent again');
    });

    test('a group that was set back makes rating stop, unless it is told that this is meant', async () => {
      const { services } = installation();
      await services.halt('rating');
      await rewind('rating', 'usage');
      services.start('rating').catch(() => undefined); // it will not come up
      await eventually(() => expect(logOf('rating')).toMatch(/Somebody has reset it\. Start with REPLAY=true/), {
        timeoutMs: 60_000,
      });
      await services.halt('rating');
    });

    test('a replay of all usage writes nothing', async () => {
      const { services } = installation();
      ratingEnvironment['REPLAY'] = 'true';
      await services.start('rating');
      expect(await booksAtRest()).toEqual(before);
      delete ratingEnvironment['REPLAY'];
      await services.restart('rating');
      await guide.follow('Read again');
    });

    test('without any local state the services start from what is in Kafka', async () => {
      const { services } = installation();
      expect(await endOf('rating.checkpoints')).toBeGreaterThan(0);
      await Promise.all(SERVICES.map((service) => services.halt(service)));
      expect(existsSync(join(services.folder, 'state', 'rating'))).toBe(true);
      deleteLocalState();
      await Promise.all(SERVICES.map((service) => services.start(service)));
      await everyMessageIsKnown('third');
      expect(lastStartOfPartition(0)?.restoredTo).toBeGreaterThan(0);
      await guide.follow('Local state is deleted');
    });

    test('without checkpoints rating reads all that it has ever written', async () => {
      const { services } = installation();
      await services.halt('rating');
      deleteLocalState();
      await emptyTopic('rating.checkpoints');
      await services.start('rating');
      await everyMessageIsKnown('fourth');
      expect(lastStartOfPartition(0)).toMatchObject({ restoredTo: null, folded: before.rated.events });
      await guide.follow('The checkpoints are deleted');
    });

    test('no command of the page was left out', () => expect(guide.notFollowed()).toEqual([]));
  });
}

function deleteLocalState(): void {
  rmSync(join(installation().services.folder, 'state'), { recursive: true, force: true });
}

function logOf(service: 'rating'): string {
  return readFileSync(installation().services.logOf(service), 'utf8');
}

/** What rating said when it last started the task of a partition. */
function lastStartOfPartition(partition: number): { restoredTo: number | null; folded: number } | null {
  const lines = logOf('rating').split('\n');
  const line = lines.findLast((text) => text.includes('"task started"') && text.includes(`"partition":${partition},`));
  return JSON.parse(line ?? 'null') as ReturnType<typeof lastStartOfPartition>;
}
