-- Input offsets of readers that keep them beside their data. `next_offset` is the offset to read next.
create table consumer_offset (
  consumer    text    not null,
  topic       text    not null,
  partition   integer not null,
  next_offset bigint  not null check (next_offset >= 0),
  primary key (consumer, topic, partition)
);

-- Last position taken, one row an outbox (or event stream). Updated last in a transaction, so its row lock makes
-- positions gapless and in commit order.
create table outbox_position (
  outbox        text   primary key,
  last_position bigint not null check (last_position >= 0),
  -- Positions up to here are in Kafka for certain; some after it may be as well.
  sent_position bigint not null default 0 check (sent_position <= last_position)
);

-- What is committed and may not be in Kafka yet. Records of one position are published in one Kafka transaction.
create table outbox_record (
  outbox     text        not null,
  position   bigint      not null,
  ordinal    integer     not null,
  topic      text        not null,
  partition  integer,
  key        text,
  value      bytea,
  headers    jsonb       not null,
  created_at timestamptz not null default now(),
  primary key (outbox, position, ordinal)
);
