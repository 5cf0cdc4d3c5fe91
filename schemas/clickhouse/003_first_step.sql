-- Whether the event was made by the record that raw_appended_at speaks of. Later steps of a life repeat the first record's
-- instant, so only the first one tells how long a record took to get here.
ALTER TABLE rated_legs ADD COLUMN IF NOT EXISTS first_step Bool DEFAULT false AFTER raw_appended_at;
