-- What a card asks of a message besides what people group by, so that a leg can be priced again by another sheet from this
-- table alone: all evidence of the network (`reported/262/01/DE`, best first), the number's own country, every count of
-- parts (-1: not known), and the route grade of the record that opened the message, which sell legs are priced by. Rows from before these columns have none: their network is mcc and mnc, their parts the quantity.
ALTER TABLE rated_legs
    ADD COLUMN IF NOT EXISTS networks Array(LowCardinality(String)) DEFAULT [] AFTER network_by,
    ADD COLUMN IF NOT EXISTS number_country LowCardinality(String) DEFAULT '' AFTER networks,
    ADD COLUMN IF NOT EXISTS parts_reported Int32 DEFAULT -1 AFTER number_country,
    ADD COLUMN IF NOT EXISTS parts_computed8 Int32 DEFAULT -1 AFTER parts_reported,
    ADD COLUMN IF NOT EXISTS parts_computed16 Int32 DEFAULT -1 AFTER parts_computed8,
    ADD COLUMN IF NOT EXISTS opening_route_grade LowCardinality(String) DEFAULT '' AFTER route_grade;
