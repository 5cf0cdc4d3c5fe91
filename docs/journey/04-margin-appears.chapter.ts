import { openGuide } from '../guide/guide.js';
import { catalogIsKnown, http, NAMES } from '../guide/stack.js';

interface Key {
  secret: string;
}
interface Margin {
  lines: { group: { level: string }; margin: string }[];
}

/** Chapter 4: what each level earned, who may see it, and that three books agree. */
export function marginAppears(): void {
  const guide = openGuide('journey/04-margin-appears.md');
  describe(guide.title, () => {
    test("the operator's margin has what was sold and what was bought", async () => {
      await guide.follow('What the operator earned');
    });

    test("a reseller's margin is what its customers pay it less what it pays", async () => {
      await guide.follow('What R1 earned');
    });

    test("a reseller's key sees its own level and those below, and no supplier", async () => {
      const [issued] = await guide.follow<Key>('What R1 may see');
      await catalogIsKnown();
      const r1 = http().as(issued?.body.secret);
      const path = `/api/analytics/v1/margin?from=${NAMES.get('FROM')}&to=${NAMES.get('TO')}`;
      const { body } = await r1.get<Margin>(`${path}&groupBy=level`);
      expect(body.lines.map(({ group, margin }) => [group.level, margin])).toEqual([
        ['0', '0.018'],
        ['1', '-0.05'],
      ]);
      expect((await r1.get(`${path}&groupBy=supplier`)).status).toBe(403);
      expect((await r1.get(`${path}&party=operator`)).status).toBe(404);
      expect((await r1.get('/api/analytics/v1/conservation')).status).toBe(403);
      expect((await http().as(undefined).get(path)).status).toBe(401);
    });

    test('ledger, warehouse and an independent fold of the stream agree to the nano-unit', async () => {
      await guide.follow('Three books agree');
    });

    test('no command of the page was left out', () => expect(guide.notFollowed()).toEqual([]));
  });
}
