-- Whose a fleet's branch is: whether foreign commits on it may be replaced, and which repositories are one.

alter table fleet_intents add column replace_branch boolean not null default false;
-- Not taken over by the generation after it.
alter table fleet_generations add column replace_branch boolean not null default false;

-- What each clone URL means (CloneUrlKey in common/domain). Beside the repositories, so that submissions, which read all
-- of theirs, read no more than before. A program before this one imports without it: then clone_url differs, or the row
-- is missing, until the next start.
create table clone_url_keys (
  repo_key text collate "C" primary key,
  clone_url text not null,
  url_key text collate "C" not null
);
create index clone_url_keys_url_key on clone_url_keys (url_key);

-- Those of them whose key is another one's too. Nearly always empty: then a submission has nothing to compare.
create table shared_clone_urls (
  repo_key text collate "C" primary key,
  url_key text collate "C" not null
);
