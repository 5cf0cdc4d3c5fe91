-- What the rates of an import were computed from, as JSON, and which of several dates of one sheet it is.
alter table rate_import
  add column derived text,
  add column sheet_group uuid,
  add column group_place integer,
  add column group_size integer;
create index rate_import_of_group on rate_import (sheet_group, group_place) where sheet_group is not null;
create index rate_import_derived on rate_import (card_id) where derived is not null;

-- The last event that derived cards were computed after. One row, locked by whoever computes.
create table derivation_position (
  single   boolean primary key default true check (single),
  position bigint  not null
);
insert into derivation_position (position) select coalesce(max(position), 0) from catalog_event;
