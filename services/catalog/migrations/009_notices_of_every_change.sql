-- Notices also of versions that are withdrawn and of terms that are changed, so a run is no longer one of a version.
alter table notice_run
  add column id uuid not null default gen_random_uuid(),
  add column kind text not null default 'prices' check (kind in ('prices', 'withdrawal', 'terms')),
  add column terms text, -- what was changed, old and new, as JSON; null: prices
  add column accounts text[]; -- who it is about; null: whoever pays by the card

alter table notice add column run_id uuid;
update notice n set run_id = r.id from notice_run r where r.card_id = n.card_id and r.version = n.version;
alter table notice
  drop constraint notice_card_id_version_fkey,
  drop constraint notice_card_id_version_account_id_key,
  drop column card_id,
  drop column version,
  alter column run_id set not null;

alter table notice_run
  drop constraint notice_run_pkey,
  add primary key (id),
  alter column card_id drop not null,
  alter column version drop not null; -- of a withdrawal: the version in force instead; null: none is
create unique index notice_run_of_version on notice_run (card_id, version) where kind = 'prices';
alter table notice add foreign key (run_id) references notice_run, add unique (run_id, account_id);
