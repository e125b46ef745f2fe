-- Times that every service and worker must go by alike are kept here, like limits: a flag of two programs can differ.
insert into limits (name, value, description) values
  ('lease_ms', 30000, 'milliseconds of silence after which a runner is lost'),
  ('cancel_grace_ms', 30000, 'milliseconds a runner has to confirm that it stopped a child; then it is ended without it'),
  ('presence_gap_ms', 10000, 'milliseconds without any service after which silent runners are given a whole lease again')
on conflict do nothing;
