-- What the sink means to write, before it writes: rows of `rated` in [from_offset, to_offset) may be in ClickHouse,
-- everything before from_offset is. confirmed: the range is known to be there too.
create table sink_intent (
  sink text not null,
  partition integer not null,
  epoch bigint not null,
  from_offset bigint not null,
  to_offset bigint not null check (to_offset >= from_offset),
  confirmed boolean not null,
  primary key (sink, partition)
);

-- An independent fold of `rated`: the legs' money by block of 10 000 offsets, for conservation.
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
);

-- Rejected records by day, source and reason; the console shows today's.
create table reject_count (
  day date not null,
  source text not null,
  reason text not null,
  records bigint not null,
  primary key (day, source, reason)
);
