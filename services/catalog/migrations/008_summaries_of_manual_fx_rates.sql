-- What a list says of rates that wait for approval: the days of an uploaded history are megabytes.
alter table manual_fx_rates
  add column day_count  integer,
  add column first_date text,
  add column last_date  text;
update manual_fx_rates set (day_count, first_date, last_date) =
  (select count(*), min(day ->> 'date'), max(day ->> 'date') from json_array_elements(days::json) as day);
alter table manual_fx_rates
  alter column day_count set not null,
  alter column first_date set not null,
  alter column last_date set not null;
