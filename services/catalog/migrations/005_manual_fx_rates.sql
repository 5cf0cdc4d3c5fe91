-- Exchange rates that a person entered, until another one approves them. They count only once they are published.
create table manual_fx_rates (
  id         uuid    primary key,
  source     text    not null,
  base       text    not null,
  days       text    not null, -- FxDay[] as JSON
  note       text    not null,
  status     text    not null check (status in ('staged', 'approved', 'discarded')),
  staged_by  text    not null,
  staged_at  bigint  not null, -- microseconds UTC
  decided_by text,
  decided_at bigint,
  position   bigint -- of the event; null where the rates were known already
);
create index manual_fx_rates_newest on manual_fx_rates (staged_at desc, id);
