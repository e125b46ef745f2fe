-- Whether a fleet's expansion failed is a fact of its own, beside the words of why. The database keeps it, so that a
-- program that knows only the words leaves it right.
alter table fleets
  add column expansion_failed boolean not null generated always as (failure_message <> '') stored;
