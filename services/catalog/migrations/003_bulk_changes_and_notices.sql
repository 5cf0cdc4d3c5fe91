-- Rates that no sheet brought are staged like a sheet's. Of a bulk change: decided together with it only.
alter table rate_import
  add column source text not null default 'sheet' check (source in ('sheet', 'bulk', 'derived', 'offer')),
  add column bulk_id uuid;
create index rate_import_of_bulk on rate_import (bulk_id) where bulk_id is not null;

-- One change of many cards: staged card by card, approved or discarded whole.
create table bulk_change (
  id             uuid    primary key,
  owner          text    not null, -- scope of the key that made it
  status         text    not null check (status in ('staging', 'staged', 'approved', 'discarded', 'failed')),
  body           text    not null, -- what was asked, as JSON
  reverts        uuid    references bulk_change,
  effective_from bigint, -- null: at the approval
  created_by     text    not null,
  created_at     bigint  not null, -- microseconds UTC
  decided_by     text,
  decided_at     bigint,
  cards_total    integer not null,
  cards_done     integer not null default 0,
  touched_at     timestamptz not null default now(), -- a stager that died stops touching
  fault          text
);
create index bulk_change_newest on bulk_change (created_at desc, id);

-- Every card of a bulk change and what became of it there.
create table bulk_change_card (
  bulk_id   uuid    not null references bulk_change on delete cascade,
  place     integer not null,
  card_id   text    not null,
  import_id uuid, -- null: none of its rates is selected, so nothing of it changes
  note      text,
  primary key (bulk_id, place)
);

-- What is owed to customers after an approval: planned with the publication in one transaction, issued right after it.
create table notice_run (
  card_id        text    not null,
  version        integer not null,
  base_version   integer, -- what the changes are against
  status         text    not null check (status in ('planned', 'issued')),
  effective_from bigint  not null,
  planned_at     bigint  not null,
  issued_at      bigint,
  approved_by    text    not null,
  waived         text, -- why it was shorter than the card's noticeDays say; null: it was not
  summary        text, -- changes and the money lost while increases wait
  losses         bytea, -- deflated JSON, one entry for each sell rate and buy card
  primary key (card_id, version)
);
create index notice_run_planned on notice_run (planned_at) where status = 'planned';

create table notice (
  id         uuid    primary key,
  card_id    text    not null,
  version    integer not null,
  account_id text    not null,
  issued_at  bigint  not null,
  unique (card_id, version, account_id),
  foreign key (card_id, version) references notice_run
);
create index notice_newest on notice (issued_at desc, id);
create index notice_of_account on notice (account_id, issued_at desc, id);

-- Price lists made from the best buy prices. Never changed: an offer made again is another version.
create table offer (
  id          text    not null,
  version     integer not null check (version > 0),
  name        text    not null,
  currency    text    not null,
  body        text    not null, -- what was asked, as JSON
  as_of       bigint  not null, -- the instant whose prices it stands on
  valid_until bigint,
  created_by  text    not null,
  created_at  bigint  not null,
  row_count   integer not null,
  summary     text    not null,
  rows        bytea   not null, -- deflated JSON
  primary key (id, version)
);
create index offer_newest on offer (created_at desc, id, version);
