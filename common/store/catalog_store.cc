#include "common/store/catalog_store.h"

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/database/transaction.h"
#include "common/domain/bounds.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "common/store/audit_rows.h"
#include "common/store/clone_url_rows.h"
#include "common/store/row_codec.h"

namespace fleet::store {
namespace {

using database::Array;
using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

constexpr int32_t kKeptAtOnce = 5000;

// Inserts come back with xmax 0 only by PostgreSQL's internals, so what exists is counted first, and the rows to come
// are locked in key order.
constexpr Statement kLockRepositories{"lock_repositories", R"sql(
  select r.repo_key, r.repo = n.repo and r.clone_url = n.clone_url and r.default_branch = n.default_branch
  from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as n(repo_key, repo, clone_url, default_branch)
  join repositories r on r.repo_key = n.repo_key
  order by r.repo_key for update of r
)sql"};

constexpr Statement kImportRepositories{"import_repositories", R"sql(
  insert into repositories (repo_key, repo, clone_url, default_branch)
  select n.repo_key, n.repo, n.clone_url, n.default_branch
  from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as n(repo_key, repo, clone_url, default_branch)
  order by n.repo_key
  on conflict (repo_key) do update set repo = excluded.repo, clone_url = excluded.clone_url,
    default_branch = excluded.default_branch, updated_at = clock_timestamp()
    where (repositories.repo, repositories.clone_url, repositories.default_branch)
      is distinct from (excluded.repo, excluded.clone_url, excluded.default_branch)
)sql"};

#define FLEET_REPOSITORY_COLUMNS \
  "repo, clone_url, default_branch, " FLEET_MICROS("created_at") ", " FLEET_MICROS("updated_at")

constexpr Statement kGetRepository{"get_repository",
                                   "select " FLEET_REPOSITORY_COLUMNS " from repositories where repo_key = $1"};

constexpr Statement kListRepositories{"list_repositories", "select " FLEET_REPOSITORY_COLUMNS
                                                           " from repositories where repo_key > $1"
                                                           " order by repo_key limit $2"};

constexpr Statement kDeleteRepository{"delete_repository", R"sql(
  with gone as (delete from repositories where repo_key = $1 returning *),
  kept as (
    insert into deleted_repositories (repo_key, clone_url, default_branch)
    select repo_key, clone_url, default_branch from gone
    on conflict (repo_key) do update set clone_url = excluded.clone_url, default_branch = excluded.default_branch,
      deleted_at = clock_timestamp())
  select )sql" FLEET_REPOSITORY_COLUMNS " from gone"};

constexpr Statement kInsertWorkflow{"insert_workflow", R"sql(
  insert into workflows (name, major, minor, patch, definition, created_by) values ($1, $2, $3, $4, $5, $6)
  on conflict do nothing
)sql"};

#define FLEET_WORKFLOW_COLUMNS \
  "name, major, minor, patch, definition, created_by, " FLEET_MICROS("created_at") ", " FLEET_MICROS("withdrawn_at")

constexpr Statement kGetWorkflowVersion{"get_workflow_version", "select " FLEET_WORKFLOW_COLUMNS
                                                                " from workflows where name = $1 and major = $2"
                                                                " and minor = $3 and patch = $4"};

constexpr Statement kGetHighestWorkflow{"get_highest_workflow", "select " FLEET_WORKFLOW_COLUMNS
                                                                " from workflows where name = $1"
                                                                " order by withdrawn_at is not null, major desc,"
                                                                " minor desc, patch desc limit 1"};

constexpr Statement kWithdrawWorkflow{"withdraw_workflow", R"sql(
  update workflows set withdrawn_at = clock_timestamp()
  where name = $1 and major = $2 and minor = $3 and patch = $4 and withdrawn_at is null
)sql"};

// Of the $2 versions found it gives those that follow less than $3 bytes of definitions.
constexpr Statement kListWorkflows{"list_workflows", "select " FLEET_WORKFLOW_COLUMNS R"sql(, found
  from (
    select w.*, (count(*) over ())::int as found,
      sum(octet_length(definition)) over (order by name, major desc, minor desc, patch desc) - octet_length(definition)
        as bytes_before
    from (select * from workflows order by name, major desc, minor desc, patch desc offset $1 limit $2) w) p
  where bytes_before < $3
  order by name, major desc, minor desc, patch desc
)sql"};

RepositoryRecord ReadRepository(RowReader row) {
  RepositoryRecord repository;
  repository.repo = row.Text();
  repository.clone_url = row.Text();
  repository.default_branch = row.Text();
  repository.created_at = row.Time();
  repository.updated_at = row.Time();
  return repository;
}

WorkflowRecord ReadCatalogWorkflow(RowReader& row) {
  WorkflowRecord workflow = ReadWorkflow(row);
  workflow.withdrawn_at = row.OptionalTime();
  return workflow;
}

absl::Status WorkflowNotFound(const std::string& ref) {
  return MakeError(absl::StatusCode::kNotFound, absl::StrCat("there is no workflow ", ref),
                   {"WORKFLOW_NOT_FOUND", {{"workflow_ref", ref}}, {}});
}

std::string VersionText(const domain::WorkflowVersion& version) {
  return absl::StrCat(version.major, ".", version.minor, ".", version.patch);
}

// One entry, however many: the counts, and the name where there is but one. Nothing where nothing changed.
absl::Status AuditImport(Transaction& transaction, const domain::Caller& caller,
                         const std::vector<RepositoryRecord>& repositories, const ImportCounts& counts) {
  if (counts.created + counts.updated == 0) return absl::OkStatus();
  AuditEntry entry{caller.user, "ImportRepositories", {}, {}, {}, {}};
  if (repositories.size() == 1) entry.subject = repositories[0].repo;
  entry.after = {{"created", absl::StrCat(counts.created)},
                 {"updated", absl::StrCat(counts.updated)},
                 {"unchanged", absl::StrCat(counts.unchanged)}};
  return InsertAudit(transaction, entry);
}

absl::Status RepositoryNotFound(absl::string_view repo) {
  return MakeError(absl::StatusCode::kNotFound, absl::StrCat("repository ", repo, " is not registered"),
                   {"REPO_NOT_FOUND", {{"repo", std::string(repo)}}, {}});
}

}  // namespace

WorkflowRecord ReadWorkflow(RowReader& row) {
  WorkflowRecord workflow;
  workflow.name = row.Text();
  workflow.version.major = row.Int();
  workflow.version.minor = row.Int();
  workflow.version.patch = row.Int();
  workflow.definition = row.Text();
  workflow.created_by = row.Text();
  workflow.created_at = row.Time();
  return workflow;
}

absl::StatusOr<ImportCounts> CatalogStore::Import(const domain::Caller& caller,
                                                  const std::vector<RepositoryRecord>& repositories) {
  Array keys;
  Array repos;
  Array urls;
  Array branches;
  std::vector<CloneUrl> clone_urls;
  for (const RepositoryRecord& repository : repositories) {
    clone_urls.push_back({domain::RepoKey(repository.repo), repository.clone_url});
    keys.AddText(domain::RepoKey(repository.repo));
    repos.AddText(repository.repo);
    urls.AddText(repository.clone_url);
    branches.AddText(repository.default_branch);
  }
  const CloneUrlKeys url_keys(clone_urls);
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<ImportCounts> {
    FLEET_RETURN_IF_ERROR(LockCloneUrls(transaction));
    FLEET_ASSIGN_OR_RETURN(const Rows existing, transaction.Execute(kLockRepositories, {keys, repos, urls, branches}));
    ImportCounts counts;
    for (RowReader row : existing) {
      row.Text();
      ++(row.Bool() ? counts.unchanged : counts.updated);
    }
    counts.created = static_cast<int32_t>(repositories.size() - existing.size());
    FLEET_RETURN_IF_ERROR(transaction.Execute(kImportRepositories, {keys, repos, urls, branches}).status());
    FLEET_RETURN_IF_ERROR(UpdateCloneUrls(transaction, url_keys));
    FLEET_RETURN_IF_ERROR(AuditImport(transaction, caller, repositories, counts));
    return counts;
  });
}

absl::StatusOr<std::string> CatalogStore::KeepCloneUrls(const std::string& after_key) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<std::string> {
    FLEET_ASSIGN_OR_RETURN(std::vector<CloneUrl> urls, FindUnkeptCloneUrls(transaction, after_key, 1));
    if (urls.empty()) return std::string();
    FLEET_RETURN_IF_ERROR(LockCloneUrls(transaction));
    FLEET_ASSIGN_OR_RETURN(urls, FindUnkeptCloneUrls(transaction, after_key, kKeptAtOnce));
    if (urls.empty()) return std::string();
    FLEET_RETURN_IF_ERROR(UpdateCloneUrls(transaction, CloneUrlKeys(urls)));
    return urls.back().repo_key;
  });
}

absl::StatusOr<RepositoryRecord> CatalogStore::GetRepository(const domain::Caller&, absl::string_view repo) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<RepositoryRecord> {
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kGetRepository, {domain::RepoKey(repo)}));
    if (rows.empty()) return RepositoryNotFound(repo);
    return ReadRepository(rows[0]);
  });
}

absl::StatusOr<RepositoryRecord> CatalogStore::Delete(const domain::Caller& caller, absl::string_view repo) {
  const std::string key = domain::RepoKey(repo);
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<RepositoryRecord> {
    FLEET_RETURN_IF_ERROR(LockCloneUrls(transaction));
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kDeleteRepository, {key}));
    if (rows.empty()) return RepositoryNotFound(repo);
    RepositoryRecord deleted = ReadRepository(rows[0]);
    FLEET_RETURN_IF_ERROR(ForgetCloneUrl(transaction, key));
    AuditEntry entry{caller.user, "DeleteRepository", {}, deleted.repo, {}, {}};
    entry.before = {{"clone_url", deleted.clone_url}, {"default_branch", deleted.default_branch}};
    FLEET_RETURN_IF_ERROR(InsertAudit(transaction, entry));
    return deleted;
  });
}

absl::StatusOr<std::vector<RepositoryRecord>> CatalogStore::ListRepositories(const domain::Caller&,
                                                                             absl::string_view after_key,
                                                                             int32_t limit) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<std::vector<RepositoryRecord>> {
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kListRepositories, {after_key, limit}));
    std::vector<RepositoryRecord> repositories;
    for (const RowReader& row : rows) repositories.push_back(ReadRepository(row));
    return repositories;
  });
}

absl::StatusOr<bool> CatalogStore::Apply(const domain::Caller& caller, const WorkflowRecord& workflow) {
  const domain::WorkflowVersion& version = workflow.version;
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<bool> {
    FLEET_ASSIGN_OR_RETURN(const Rows inserted,
                           transaction.Execute(kInsertWorkflow, {workflow.name, version.major, version.minor,
                                                                 version.patch, workflow.definition, caller.user}));
    if (inserted.affected() == 1) {
      AuditEntry entry{caller.user, "ApplyWorkflow", {}, workflow.name, {}, {}};
      entry.after["version"] = VersionText(version);
      FLEET_RETURN_IF_ERROR(InsertAudit(transaction, entry));
      return true;
    }
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kGetWorkflowVersion, {workflow.name, version.major,
                                                                                      version.minor, version.patch}));
    if (!rows.empty()) {
      RowReader row = rows[0];
      if (ReadWorkflow(row).definition == workflow.definition) return false;
    }
    return MakeError(absl::StatusCode::kAlreadyExists,
                     absl::StrCat("workflow ", workflow.name, "@", VersionText(version),
                                  " exists with other content; versions never change: raise the version"),
                     {"WORKFLOW_VERSION_IMMUTABLE", {{"workflow", workflow.name}}, {}});
  });
}

absl::StatusOr<WorkflowRecord> CatalogStore::GetWorkflow(const domain::Caller&, const domain::WorkflowRef& ref) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<WorkflowRecord> {
    transaction.RollBackInstead();
    const auto version = domain::WorkflowVersion::Parse(ref.version);
    FLEET_ASSIGN_OR_RETURN(
        const Rows rows,
        version.has_value()
            ? transaction.Execute(kGetWorkflowVersion, {ref.name, version->major, version->minor, version->patch})
            : transaction.Execute(kGetHighestWorkflow, {ref.name}));
    if (rows.empty()) return WorkflowNotFound(ref.ToString());
    RowReader row = rows[0];
    return ReadCatalogWorkflow(row);
  });
}

absl::StatusOr<WorkflowRecord> CatalogStore::Withdraw(const domain::Caller& caller, const std::string& name,
                                                      const domain::WorkflowVersion& version) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<WorkflowRecord> {
    const std::vector<database::Value> key = {name, version.major, version.minor, version.patch};
    FLEET_ASSIGN_OR_RETURN(const Rows withdrawn, transaction.Execute(kWithdrawWorkflow, key));
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kGetWorkflowVersion, key));
    if (rows.empty()) return WorkflowNotFound(absl::StrCat(name, "@", VersionText(version)));
    if (withdrawn.affected() > 0) {
      AuditEntry entry{caller.user, "WithdrawWorkflow", {}, name, {}, {}};
      entry.after["version"] = VersionText(version);
      FLEET_RETURN_IF_ERROR(InsertAudit(transaction, entry));
    }
    RowReader row = rows[0];
    return ReadCatalogWorkflow(row);
  });
}

absl::StatusOr<WorkflowPage> CatalogStore::ListWorkflows(const domain::Caller&, int32_t offset, int32_t limit) {
  FLEET_ASSIGN_OR_RETURN(const Rows rows, database::InTransaction(pool_, [&](Transaction& transaction) {
                           transaction.RollBackInstead();
                           // One more, to know whether there is a next page.
                           return transaction.Execute(kListWorkflows, {offset, int64_t{limit} + 1,
                                                                       static_cast<int64_t>(domain::kMaxPageBytes)});
                         }));
  WorkflowPage page;
  for (RowReader row : rows) {
    WorkflowRecord workflow = ReadCatalogWorkflow(row);
    if (static_cast<int32_t>(page.workflows.size()) < limit) page.workflows.push_back(std::move(workflow));
    page.has_next = static_cast<int32_t>(page.workflows.size()) < row.Int();
  }
  return page;
}

}  // namespace fleet::store
