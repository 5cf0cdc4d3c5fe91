import { parseInstant } from '@ratestream/catalog';
import { eventually, type HttpClient } from '@ratestream/testing';
import { pricesByLine, type DatedList } from './dated-list.js';
import { plain, versionAt, type Content, type Destination, type Published } from './history.js';

const CATALOG = '/api/catalog/v1';
const QUOTES_AT_ONCE = 1_000;

interface Verdict {
  row: number;
  verdict: 'accepted' | 'refused';
  rateIds: string[];
  faults: { code: string; message: string }[];
}

/** Who talks to the catalog and to rating. */
export interface Clients {
  catalog: HttpClient;
  /** Another person than who uploads. */
  approver: HttpClient;
  rating: HttpClient;
}

/** A buy card that real lists are imported to, and beside it what was published when, from the lists' own text. */
export class SupplierCard {
  readonly published: Published[] = [];
  readonly refused = new Map<string, Verdict[]>();
  private position = 0;

  private constructor(
    private readonly clients: Clients,
    readonly id: string,
  ) {}

  static async create(clients: Clients, id: string): Promise<SupplierCard> {
    const card = new SupplierCard(clients, id);
    await card.ordered('/rate-cards', { id: `${id}-buy`, name: id, side: 'buy', currency: 'USD' });
    await card.ordered('/suppliers', { id, name: id, currency: 'USD', buyCardId: `${id}-buy` });
    return card;
  }

  /** Keeps the mapping under the supplier, uploads by its name and has another key approve. */
  async publish(list: DatedList): Promise<Published> {
    const { catalog, approver } = this.clients;
    const mapping = `${this.id}-${this.published.length + 1}`;
    const saved = { id: mapping, supplierId: this.id, name: list.name, mapping: list.mapping };
    expect((await catalog.post(`${CATALOG}/sheet-mappings`, saved)).status).toBe(201);
    const query = new URLSearchParams({ mapping, mode: list.mode, effectiveFrom: list.effectiveFrom });
    const path = `${CATALOG}/rate-cards/${this.id}-buy/imports`;
    const staged = await catalog.post<{ id: string; status: string }>(`${path}?${String(query)}`, list.text, {
      contentType: 'text/csv',
    });
    expect([list.name, staged.status, staged.body]).toEqual([
      list.name,
      201,
      expect.objectContaining({ status: 'staged' }),
    ]);
    const verdicts = await this.verdicts(`${path}/${staged.body.id}/rows`);
    const approved = await approver.post<{ version: number; knownAt: string; position: number }>(
      `${path}/${staged.body.id}/approve`,
      { acceptRefused: true, backdated: true },
    );
    expect([list.name, approved.status, approved.body]).toEqual([list.name, 201, expect.anything()]);
    this.position = approved.body.position;
    const one = this.remember(list, approved.body, verdicts);
    await this.untilKnown(one.knownAt);
    return one;
  }

  /** Takes a version back: what is rated from here on does not see it. */
  async withdraw(one: Published): Promise<void> {
    const { catalog } = this.clients;
    const path = `${CATALOG}/rate-cards/${this.id}-buy/versions`;
    const answer = await catalog.delete<{ position: number }>(`${path}/${one.version}`);
    expect(answer.status).toBe(200);
    this.position = answer.body.position;
    const { body } = await catalog.get<{ withdrawnAt: string }>(`${path}/${one.version}`);
    one.withdrawnAt = parseInstant(body.withdrawnAt);
    await this.untilKnown(one.withdrawnAt ?? 0);
  }

  /** Waits until rating has the last publication. */
  async untilRated(account: string): Promise<void> {
    await eventually(async () => {
      const { body } = await this.clients.rating.post<{ catalogPosition: number }>('/api/rating/v1/quote', {
        account,
        to: '+447700900123',
      });
      expect(body.catalogPosition).toBeGreaterThanOrEqual(this.position);
    });
  }

  /** What rating would pay the supplier: price and version, or why there is none; in the order of the questions. */
  async quotes(account: string, asked: { at: number; knownAt: number; to: Destination }[]): Promise<string[]> {
    const answers: string[] = [];
    for (let from = 0; from < asked.length; from += QUOTES_AT_ONCE) {
      const usages = asked
        .slice(from, from + QUOTES_AT_ONCE)
        .map(({ at, knownAt, to: { rateId: _, ...destination } }) => ({
          account,
          supplier: this.id,
          at: iso(at),
          knownAt: iso(knownAt),
          ...destination,
        }));
      const { status, body } = await this.clients.rating.post<{ quotes: { legs: QuotedLeg[] }[] }>(
        '/api/rating/v1/quote',
        usages,
      );
      expect([status, body]).toEqual([200, expect.anything()]);
      answers.push(...body.quotes.map(({ legs }) => said(legs.find(({ side }) => side === 'buy'))));
    }
    return answers;
  }

  /** Version numbers that the catalog says are in force. */
  async inForce(asked: { at: number; knownAt: number }[]): Promise<(number | null)[]> {
    const answers: (number | null)[] = [];
    for (const { at, knownAt } of asked) {
      const query = new URLSearchParams({ asOf: iso(at), knownAt: iso(knownAt) });
      const path = `${CATALOG}/rate-cards/${this.id}-buy/versions?${String(query)}`;
      answers.push((await this.clients.catalog.get<{ inForce: number | null }>(path)).body.inForce);
    }
    return answers;
  }

  private remember(
    list: DatedList,
    { version, knownAt }: { version: number; knownAt: string },
    verdicts: readonly Verdict[],
  ): Published {
    const effectiveFrom = parseInstant(list.effectiveFrom) ?? 0;
    const before = versionAt(this.published, effectiveFrom, Number.MAX_SAFE_INTEGER);
    const content = new Map<string, string>(list.mode === 'partial' ? before?.content : []);
    const prices = pricesByLine(list);
    for (const { row, rateIds } of verdicts.filter(({ verdict }) => verdict === 'accepted'))
      for (const rateId of rateIds) content.set(rateId, plain(prices.get(row) ?? ''));
    this.refused.set(
      list.name,
      verdicts.filter(({ verdict }) => verdict === 'refused'),
    );
    const known = parseInstant(knownAt) ?? 0;
    const one = {
      name: list.name,
      version,
      effectiveFrom,
      knownAt: known,
      withdrawnAt: null,
      content: content as Content,
    };
    this.published.push(one);
    return one;
  }

  private async verdicts(path: string): Promise<Verdict[]> {
    const all: Verdict[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await this.clients.catalog.get<{ items: Verdict[]; nextCursor: string | null }>(
        `${path}?limit=5000${query}`,
      );
      all.push(...body.items);
      cursor = body.nextCursor;
    }
    return all;
  }

  private async ordered(path: string, body: object): Promise<void> {
    const answer = await this.clients.catalog.post(`${CATALOG}${path}`, body);
    expect([path, answer.status, answer.body]).toEqual([path, 201, expect.anything()]);
  }

  /** A question names whole milliseconds: the next publication has to be in another one. */
  private async untilKnown(knownAt: number): Promise<void> {
    await eventually(() => expect(Date.now() * 1_000).toBeGreaterThan(knownAt + 2_000));
  }
}

interface QuotedLeg {
  side: string;
  amount: string;
  currency: string;
  reason: string | null;
  rate: { version: number } | null;
}

function said(leg: QuotedLeg | undefined): string {
  if (leg === undefined) return 'no leg';
  if (leg.reason !== null) return leg.reason;
  return `${leg.amount} ${leg.currency} by version ${leg.rate?.version ?? 'none'}`;
}

function iso(micros: number): string {
  return new Date(micros / 1_000).toISOString();
}
