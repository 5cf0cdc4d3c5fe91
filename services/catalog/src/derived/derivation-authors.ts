import { canonicalJson, type RateCard } from '@ratestream/catalog';
import type { Queryable } from '@ratestream/postgres';

/**
 * Keys that had a part in what a derived card is computed from: whoever published the version of the buy card, whoever set
 * the terms last, and everybody who changed them since somebody else approved prices made by them.
 */
export async function authorsOf(
  db: Queryable,
  card: Pick<RateCard, 'id'>,
  buy: { cardId: string; version: number },
): Promise<string[]> {
  const changes = await changesOfTerms(db, card.id);
  const since = await lastApproved(db, card.id);
  const authors = changes.filter(({ at }, index) => at > since || index === changes.length - 1);
  return [...new Set([...(await publishersOf(db, buy)), ...authors.map(({ actor }) => actor)])];
}

/** Every change of the card's derivation, oldest first. */
async function changesOfTerms(db: Queryable, cardId: string): Promise<{ actor: string; at: number }[]> {
  const { rows } = await db.query<{ actor: string; occurred_at: string; data: string }>(
    `select actor, occurred_at, data from catalog_event where aggregate = 'rate-card' and aggregate_id = $1
     and type in ('RateCardCreated', 'RateCardChanged') order by aggregate_version`,
    [cardId],
  );
  const terms = rows.map(({ data }) => canonicalJson((JSON.parse(data) as RateCard).derivation));
  return rows
    .filter((_, index) => terms[index] !== (terms[index - 1] ?? 'null'))
    .map(({ actor, occurred_at: at }) => ({ actor, at: Number(at) }));
}

/** When the prices that were approved last had been computed: what was changed until then has been looked at. */
async function lastApproved(db: Queryable, cardId: string): Promise<number> {
  const { rows } = await db.query<{ at: string | null }>(
    `select max(uploaded_at) as at from rate_import where card_id = $1 and derived is not null and status = 'approved'`,
    [cardId],
  );
  return Number(rows[0]?.at ?? 0);
}

async function publishersOf(
  db: Queryable,
  { cardId, version }: { cardId: string; version: number },
): Promise<string[]> {
  const { rows } = await db.query<{ actor: string }>(
    `select actor from catalog_event where aggregate = 'rate-card' and aggregate_id = $1
     and type = 'RateCardVersionPublished' and (data::json ->> 'version')::int = $2`,
    [cardId, version],
  );
  return rows.map(({ actor }) => actor);
}
