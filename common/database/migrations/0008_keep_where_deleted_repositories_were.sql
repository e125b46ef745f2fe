-- A deletion takes a repository from the catalog and leaves fleets alone: children that were accepted before are cloned
-- from where it was registered last. A repository that is registered again has its row in repositories, which goes first.
create table deleted_repositories (
  repo_key text collate "C" primary key,
  clone_url text not null,
  default_branch text not null,
  deleted_at timestamptz not null default clock_timestamp()
);
