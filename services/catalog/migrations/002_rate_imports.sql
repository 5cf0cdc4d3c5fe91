-- How a supplier's sheet is read. Every change is a row of its own: who changed what stays known.
create table sheet_mapping (
  id          text    not null,
  version     integer not null check (version > 0),
  owner       text    not null, -- the account whose it is, or 'operator'
  supplier_id text,
  name        text    not null,
  body        text    not null, -- SheetMapping as JSON
  deleted     boolean not null default false,
  changed_by  text    not null,
  changed_at  bigint  not null, -- microseconds UTC
  primary key (id, version)
);

-- Sheets that were uploaded to a card, from reading to their decision. Rates count only once a version is published.
create table rate_import (
  id                uuid    primary key,
  card_id           text    not null,
  status            text    not null check (status in ('reading', 'staged', 'approved', 'discarded', 'failed')),
  mode              text    not null check (mode in ('full', 'partial')),
  mapping           text    not null, -- as it was when the sheet was read
  mapping_id        text,
  mapping_version   integer,
  file_name         text,
  format            text,
  bytes             bigint  not null,
  sha256            text    not null,
  effective_from    bigint, -- null: at the approval
  base_version      integer, -- version that the diff is against
  uploaded_by       text    not null,
  uploaded_at       bigint  not null,
  decided_by        text,
  decided_at        bigint,
  published_version integer,
  rows_read         integer not null default 0,
  touched_at        timestamptz not null default now(), -- a reader that died stops touching
  summary           text,
  fault             text
);
create index rate_import_of_card on rate_import (card_id, uploaded_at desc, id);

-- What an import consists of, some thousand items a piece: verdicts, findings, changes, losses (JSON, deflated) and rates (Avro).
create table rate_import_chunk (
  import_id uuid    not null references rate_import on delete cascade,
  kind      text    not null check (kind in ('rows', 'findings', 'diff', 'margin', 'rates')),
  chunk     integer not null,
  counts    jsonb   not null, -- items by verdict, severity or change
  body      bytea   not null,
  primary key (import_id, kind, chunk)
);
