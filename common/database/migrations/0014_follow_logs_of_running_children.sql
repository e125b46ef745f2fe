-- The log of a running child that somebody follows, on its way from the service that its runner talks to, to the one
-- that its follower talks to: the last 32 KiB, a row a child, written over as it grows and gone soon after its last
-- follower. Not written to the write-ahead log: after a crash the table is empty, and followers make their rows anew.
create unlogged table followed_logs (
  fleet_id uuid not null,
  ordinal int not null,
  followed_until timestamptz not null,  -- put off for as long as someone follows
  attempt int not null default 0,       -- that printed `log`
  log_start bigint not null default 0,  -- bytes that it had printed before
  log text not null default '',
  primary key (fleet_id, ordinal)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 200);
