-- One row per leg of every rated event, and one with leg = -1 for an event without legs, so that every offset of `rated`
-- has at least one row and count() = uniqExact(partition, offset, leg) says that none is doubled.
--
-- Aggregates are projections and not materialised views: a projection is part of the same data part as its rows, so it is
-- written with them or not at all. A view's target is a second write, and a process killed between the two would leave
-- margin short without any count of raw rows showing it.
--
-- Partitioned by the month of rating, which is our clock, and not of billing, which is a gateway's: a file with dates of
-- a hundred months must not need a hundred parts.
CREATE TABLE IF NOT EXISTS rated_legs
(
    partition            UInt16,
    offset               UInt64,
    leg                  Int16,
    rated_id             String CODEC(ZSTD(1)),
    message_id           String CODEC(ZSTD(1)),
    part                 Int32,
    kind                 LowCardinality(String),
    event                LowCardinality(String),
    status               LowCardinality(String),
    cause                LowCardinality(String),
    reason               LowCardinality(String),
    rated_at             DateTime64(6, 'UTC'),
    raw_appended_at      DateTime64(6, 'UTC'),
    catalog_position     UInt64,
    service              LowCardinality(String),
    direction            LowCardinality(String),
    account              LowCardinality(String),
    root_payer           LowCardinality(String),
    chain                Array(LowCardinality(String)),
    system_id            LowCardinality(String),
    client_ref           String CODEC(ZSTD(1)),
    gateway_message_id   String CODEC(ZSTD(1)),
    supplier_message_id  String CODEC(ZSTD(1)),
    sender_type          LowCardinality(String),
    origin_country       LowCardinality(String),
    recipient_prefix     String CODEC(ZSTD(1)),
    recipient_hash       String CODEC(ZSTD(1)),
    country              LowCardinality(String),
    mcc                  LowCardinality(String),
    mnc                  LowCardinality(String),
    network_by           LowCardinality(String),
    traffic_class        LowCardinality(String),
    encoding             LowCardinality(String),
    supplier             LowCardinality(String),
    connection           LowCardinality(String),
    route                LowCardinality(String),
    route_grade          LowCardinality(String),
    error_code           LowCardinality(String),
    leg_id               String CODEC(ZSTD(1)),
    side                 LowCardinality(String),
    level                Int16,
    payer                LowCardinality(String),
    payee                LowCardinality(String),
    attempt              Int32,
    action               LowCardinality(String),
    leg_reason           LowCardinality(String),
    basis                LowCardinality(String),
    billing_time         DateTime64(6, 'UTC'),
    day                  Date32 DEFAULT toDate32(billing_time),
    quantity             Int32,
    unit                 LowCardinality(String),
    -- settle +quantity, reverse -quantity, otherwise 0
    units                Int64,
    amount               Decimal(38, 9),
    currency             LowCardinality(String),
    account_amount       Decimal(38, 9),
    account_currency     LowCardinality(String),
    held_amount          Decimal(38, 9),
    held_freed           Decimal(38, 9),
    card_id              LowCardinality(String),
    card_version         Int32,
    rate_id              String CODEC(ZSTD(1)),
    matched_by           LowCardinality(String),
    plan_id              LowCardinality(String),
    plan_version         Int32,
    inserted_at          DateTime64(3, 'UTC') DEFAULT now64(3),

    INDEX rated_at_range rated_at TYPE minmax GRANULARITY 1,
    INDEX message_ids message_id TYPE bloom_filter GRANULARITY 4,
    INDEX client_refs client_ref TYPE bloom_filter GRANULARITY 4,
    INDEX gateway_ids gateway_message_id TYPE bloom_filter GRANULARITY 4,
    INDEX supplier_ids supplier_message_id TYPE bloom_filter GRANULARITY 4,

    PROJECTION margin
    (
        SELECT day, currency, side, level, payer, payee, root_payer, account, supplier, country, mcc, mnc, traffic_class,
            sum(amount), sum(held_amount), sum(held_freed), sum(units), count()
        GROUP BY day, currency, side, level, payer, payee, root_payer, account, supplier, country, mcc, mnc, traffic_class
    ),
    PROJECTION blocks
    (
        SELECT partition, intDiv(offset, 10000), currency, action, side,
            sum(amount), sum(held_amount), sum(held_freed), count()
        GROUP BY partition, intDiv(offset, 10000), currency, action, side
    ),
    PROJECTION minutes
    (
        SELECT toStartOfMinute(rated_at), account, kind, countIf(leg <= 0), countIf(action = 'unrated')
        GROUP BY toStartOfMinute(rated_at), account, kind
    )
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(rated_at)
ORDER BY (partition, offset, leg)
SETTINGS non_replicated_deduplication_window = 10000, deduplicate_merge_projection_mode = 'rebuild';

-- Margin by every dimension, for finance and dashboards: the payer's money and the payee's, leg by leg. Read from the
-- projection of the same name. A party's margin is the sum where it is payee less the sum where it is payer.
CREATE VIEW IF NOT EXISTS margin_daily AS
SELECT day, currency, side, level, payer, payee, root_payer, account, supplier, country, mcc, mnc, traffic_class,
    sum(amount) AS amount, sum(held_amount) AS held_amount, sum(held_freed) AS held_freed, sum(units) AS units, count() AS legs
FROM rated_legs
GROUP BY day, currency, side, level, payer, payee, root_payer, account, supplier, country, mcc, mnc, traffic_class;
