-- Keys that had a part in the rates of an import besides the one that staged it: whoever set the markup of a derived card,
-- published its buy version, or made the offer. None of their persons approves it.
alter table rate_import add column made_by text[] not null default '{}';
