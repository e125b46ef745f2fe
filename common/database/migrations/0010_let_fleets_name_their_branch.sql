-- As it was asked for: {{fleet}} in it stands for the fleet's id. Empty: fleet/{{fleet}}, which is what all fleets
-- before this have. Beside the fleet's hot row, like the rest of what does not change.
alter table fleet_intents add column branch text not null default '';
