-- What-ifs: what prices that are in no catalog would have meant. They publish nothing and are forgotten after a month.
create table what_if (
  id          uuid    primary key,
  scope       text    not null, -- of the key that asked: who sees less sees nothing of it
  asked_by    text    not null,
  asked_at    bigint  not null, -- microseconds UTC
  status      text    not null check (status in ('running', 'done', 'failed', 'cancelled')),
  question    text    not null, -- draft, traffic and options as JSON, without the rows of the draft
  rows_read   bigint  not null default 0,
  rows_total  bigint, -- null until it is known
  touched_at  timestamptz not null default now(), -- a process that died stops touching
  finished_at bigint,
  summary     text,
  fault       text
);
create index what_if_newest on what_if (asked_at desc, id);

-- The lines of a result, some hundred a piece, as deflated JSON.
create table what_if_chunk (
  what_if_id uuid    not null references what_if on delete cascade,
  chunk      integer not null,
  body       bytea   not null,
  primary key (what_if_id, chunk)
);
