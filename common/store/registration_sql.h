// Where a child's repository is cloned from: as registered now; if it was deleted meanwhile, as it was registered last.
// Parts of statements in which `t` is a row of tasks.
#ifndef FLEET_COMMON_STORE_REGISTRATION_SQL_H_
#define FLEET_COMMON_STORE_REGISTRATION_SQL_H_

#define FLEET_CLONE_URL "coalesce(r.clone_url, d.clone_url)"
#define FLEET_DEFAULT_BRANCH "coalesce(r.default_branch, d.default_branch)"
#define FLEET_THEIR_REPOSITORIES                            \
  " left join repositories r on r.repo_key = lower(t.repo)" \
  " left join deleted_repositories d on r.repo_key is null and d.repo_key = lower(t.repo)"

#endif  // FLEET_COMMON_STORE_REGISTRATION_SQL_H_
