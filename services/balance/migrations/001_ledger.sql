-- The books. Amounts are credit positive: what the party owns or is owed.

-- One row per ledger account and sub-account. Only relative updates touch balance and held.
-- fillfactor leaves room for the new version of a row beside the old one: no index entry moves.
create table ledger_account (
  id bigint generated always as identity primary key,
  code text collate "C" not null,
  currency text collate "C" not null,
  sub integer not null,
  kind text not null generated always as (split_part(code, '/', 1)) stored,
  party text not null generated always as (substr(code, length(split_part(code, '/', 1)) + 2)) stored,
  balance numeric(38, 9) not null default 0,
  held numeric(38, 9) not null default 0,
  unique (code, currency, sub)
) with (fillfactor = 60);
create index ledger_account_shared on ledger_account (kind, party) where kind <> 'balance';

-- Commands over HTTP, with the answer that a repeat of the same request gets.
create table balance_command (
  id uuid primary key,
  scope text not null, -- tenant whose key sent it: idempotency keys of tenants never meet
  idempotency_key text not null,
  request_hash text not null,
  kind text not null,
  account_id text not null,
  currency text not null,
  amount numeric(38, 9) not null,
  reason text not null,
  reference text not null,
  author text not null, -- id of the API key
  at timestamptz not null,
  response json not null, -- json, not jsonb: a repeat gets the same bytes
  unique (scope, idempotency_key)
);

-- The journal: append-only. An entry sums one kind of posting on one account over one offset range, or is of one command.
create table journal_entry (
  id bigint generated always as identity primary key,
  ledger_account_id bigint not null,
  kind text not null,
  amount numeric(38, 9) not null,
  legs integer not null,
  at timestamptz not null, -- broker's append time of the last record in the range; commands: when they were taken
  partition integer,
  from_offset bigint, -- inclusive
  to_offset bigint, -- exclusive
  command_id uuid,
  constraint journal_entry_has_one_origin check (
    (command_id is not null and partition is null and from_offset is null and to_offset is null)
    or (command_id is null and partition is not null and from_offset < to_offset)
  )
);
create index journal_entry_statement on journal_entry (ledger_account_id, at, id);

create function refuse_journal_change() returns trigger language plpgsql as $$
begin
  raise exception 'the journal is append-only: post a reversal instead';
end $$;
create trigger journal_is_append_only before update or delete or truncate on journal_entry
  for each statement execute function refuse_journal_change();

-- Sums per account, UTC day and kind: opening balances and period sums without reading the journal.
create table account_day (
  ledger_account_id bigint not null,
  day date not null,
  kind text not null,
  amount numeric(38, 9) not null,
  entries bigint not null,
  legs bigint not null,
  primary key (ledger_account_id, day, kind)
) with (fillfactor = 60);

-- What conservation compares: totals of leg steps per block of 10 000 offsets of `rated`.
create table block_total (
  partition integer not null,
  block bigint not null,
  currency text not null,
  action text not null,
  legs bigint not null,
  amount numeric(38, 9) not null,
  held_amount numeric(38, 9) not null,
  held_amount_freed numeric(38, 9) not null,
  primary key (partition, block, currency, action)
) with (fillfactor = 60);

-- Limits (as of a catalog position) and status per account. Written only under the lock of the account's root.
create table account_status (
  account_id text collate "C" primary key,
  chain text[] not null, -- the account first, its root last; never changes
  currency text not null,
  credit_limit numeric(38, 9) not null,
  warn_below numeric(38, 9),
  closed boolean not null,
  catalog_position bigint not null,
  own_status text not null,
  status text not null,
  caused_by text,
  version bigint not null -- of the published record: only rises, also over a rebuild of this database
);
create index account_status_below on account_status using gin (chain); -- all accounts below one
