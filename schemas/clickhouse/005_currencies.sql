-- What a leg is in the reporting currency, so that sums over cards in several currencies are of one, and the rate by which it
-- moved money. A leg that has no reporting amount is in the reporting currency already, or no rate is known: it keeps its
-- own currency, and sums never mix the two.
ALTER TABLE rated_legs
    ADD COLUMN IF NOT EXISTS fx_rate String DEFAULT '' CODEC(ZSTD(1)) AFTER held_freed,
    ADD COLUMN IF NOT EXISTS fx_rate_date LowCardinality(String) DEFAULT '' AFTER fx_rate,
    ADD COLUMN IF NOT EXISTS fx_source LowCardinality(String) DEFAULT '' AFTER fx_rate_date,
    ADD COLUMN IF NOT EXISTS fx_rule LowCardinality(String) DEFAULT '' AFTER fx_source,
    ADD COLUMN IF NOT EXISTS fx_base LowCardinality(String) DEFAULT '' AFTER fx_rule,
    ADD COLUMN IF NOT EXISTS fx_from_per_base LowCardinality(String) DEFAULT '' AFTER fx_base,
    ADD COLUMN IF NOT EXISTS fx_to_per_base LowCardinality(String) DEFAULT '' AFTER fx_from_per_base,
    ADD COLUMN IF NOT EXISTS fx_spread_percent LowCardinality(String) DEFAULT '' AFTER fx_to_per_base,
    ADD COLUMN IF NOT EXISTS fx_provisional Bool DEFAULT false AFTER fx_spread_percent,
    ADD COLUMN IF NOT EXISTS reporting_amount Decimal(38, 9) DEFAULT amount AFTER fx_provisional,
    ADD COLUMN IF NOT EXISTS reporting_currency LowCardinality(String) DEFAULT currency AFTER reporting_amount,
    ADD COLUMN IF NOT EXISTS reporting_held Decimal(38, 9) DEFAULT held_amount AFTER reporting_currency,
    ADD COLUMN IF NOT EXISTS reporting_freed Decimal(38, 9) DEFAULT held_freed AFTER reporting_held,
    ADD COLUMN IF NOT EXISTS reporting_rate String DEFAULT '' CODEC(ZSTD(1)) AFTER reporting_freed,
    ADD COLUMN IF NOT EXISTS reporting_rate_date LowCardinality(String) DEFAULT '' AFTER reporting_rate;

-- The aggregates of 001 with all three currencies: the card's, the account's, the reporting one.
ALTER TABLE rated_legs ADD PROJECTION IF NOT EXISTS margin_by_currency
(
    SELECT day, currency, account_currency, reporting_currency, side, level, payer, payee, root_payer, account, supplier,
        country, mcc, mnc, traffic_class,
        sum(amount), sum(account_amount), sum(reporting_amount), sum(held_amount), sum(held_freed),
        sum(reporting_held), sum(reporting_freed), sum(units), count()
    GROUP BY day, currency, account_currency, reporting_currency, side, level, payer, payee, root_payer, account, supplier,
        country, mcc, mnc, traffic_class
);
ALTER TABLE rated_legs ADD PROJECTION IF NOT EXISTS blocks_by_currency
(
    SELECT partition, intDiv(offset, 10000), currency, account_currency, action, side,
        sum(amount), sum(account_amount), sum(held_amount), sum(held_freed), count()
    GROUP BY partition, intDiv(offset, 10000), currency, account_currency, action, side
);
ALTER TABLE rated_legs DROP PROJECTION IF EXISTS margin;
ALTER TABLE rated_legs DROP PROJECTION IF EXISTS blocks;
ALTER TABLE rated_legs MATERIALIZE PROJECTION margin_by_currency;
ALTER TABLE rated_legs MATERIALIZE PROJECTION blocks_by_currency;

CREATE OR REPLACE VIEW margin_daily AS
SELECT day, reporting_currency AS currency, side, level, payer, payee, root_payer, account, supplier, country, mcc, mnc,
    traffic_class, sum(reporting_amount) AS amount, sum(reporting_held) AS held_amount, sum(reporting_freed) AS held_freed,
    sum(units) AS units, count() AS legs
FROM rated_legs
GROUP BY day, reporting_currency, side, level, payer, payee, root_payer, account, supplier, country, mcc, mnc, traffic_class;
