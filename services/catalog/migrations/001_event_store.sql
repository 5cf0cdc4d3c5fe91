-- Every event of every stream; the record of the catalog for ever. `position` is taken from outbox_position, whose row
-- lock is held until commit, so positions have no gap and follow the order of commits.
create table catalog_event (
  position          bigint  primary key check (position > 0),
  type              text    not null,
  event_id          uuid    not null unique,
  aggregate         text    not null,
  aggregate_id      text    not null,
  aggregate_version integer not null check (aggregate_version > 0),
  occurred_at       bigint  not null, -- microseconds UTC, rising with the position
  actor             text    not null,
  data              text    not null, -- the JSON exactly as it was published
  -- The expected version: two writers of one stream cannot both be its n-th.
  unique (aggregate, aggregate_id, aggregate_version)
);

-- Rows of published versions as Avro bodies of RateChunk. Committed together with the event that publishes them.
create table row_chunk (
  kind    text    not null check (kind in ('rates', 'numbers')),
  id      text    not null,
  version integer not null,
  chunk   integer not null,
  body    bytea   not null,
  primary key (kind, id, version, chunk)
);

-- Answers of commands by the caller's idempotency key, kept for 30 days.
create table command_answer (
  key_id          text        not null,
  idempotency_key text        not null,
  request_hash    text        not null,
  answer          text, -- null only inside the transaction that is still deciding
  created_at      timestamptz not null default now(),
  primary key (key_id, idempotency_key)
);
create index command_answer_age on command_answer (created_at);
