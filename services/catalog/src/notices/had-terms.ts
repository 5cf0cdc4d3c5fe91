import type { Queryable } from '@ratestream/postgres';

/** Whether an account had a plan, a rate group or a card of its own at any time up to a position. */
export async function hadTerms(db: Queryable, accountId: string, position: number): Promise<boolean> {
  const { rows } = await db.query<{ had: boolean }>(
    `select exists (select from catalog_event where aggregate = 'account' and aggregate_id = $1 and position <= $2
       and type in ('AccountOpened', 'AccountChanged') and (data::json ->> 'planId' is not null
         or data::json ->> 'rateGroupId' is not null or json_array_length(data::json -> 'overrides') > 0)) as had`,
    [accountId, position],
  );
  return rows[0]?.had === true;
}
