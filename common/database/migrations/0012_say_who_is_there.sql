-- What people are told of the processes that are there: which version, where.
alter table runners
  add column version text not null default '',
  add column host text not null default '',
  add column address text not null default '';              -- that the registration came from
alter table services
  add column version text not null default '',
  add column host text not null default '';

-- Which workers are at work. For people only: nothing is decided by it.
create table worker_presence (
  worker_id uuid primary key,
  version text not null,
  host text not null,
  seen_at timestamptz not null,
  continuous_since timestamptz not null
);
