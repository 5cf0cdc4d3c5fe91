-- What an entry was on its card before it was converted, and by which rate: an entry has one rate, or none.
alter table journal_entry
  add column card_amount numeric(38, 9),
  add column card_currency text,
  add column fx json, -- evidence as on the rated legs
  add constraint journal_entry_is_converted_whole check (
    (card_amount is null) = (card_currency is null) and (card_amount is null) = (fx is null)
  );
