-- Repositories and workflows: what fleets can run, and where.

create table repositories (
  repo_key text collate "C" primary key,  -- the name in lower case: names are compared without regard to case
  repo text collate "C" not null,         -- as registered last
  clone_url text not null,
  default_branch text not null default '',
  created_at timestamptz not null default clock_timestamp(),
  updated_at timestamptz not null default clock_timestamp(),
  check (repo_key = lower(repo))
);

-- One row a version, never updated. The definition is the protobuf message in JSON; the store does not look inside.
create table workflows (
  name text collate "C" not null,  -- "<domain>/<name>-v<major>"
  major int not null,
  minor int not null,
  patch int not null,
  definition text not null,
  created_by text not null,
  created_at timestamptz not null default clock_timestamp(),
  primary key (name, major, minor, patch)
);
