#include "common/store/child_lookup.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "common/domain/identifiers.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"

namespace fleet::store {
namespace {

using database::Rows;
using database::Statement;
using database::Transaction;

// Repositories are registered under one spelling; one that changed since is found by the second statement.
constexpr Statement kFindOrdinal{"find_ordinal", R"sql(
  select t.ordinal from repositories r join tasks t on t.repo = r.repo where r.repo_key = $2 and t.fleet_id = $1
)sql"};
constexpr Statement kFindOrdinalByKey{"find_ordinal_by_key", R"sql(
  select ordinal from tasks where fleet_id = $1 and lower(repo) = $2
)sql"};

constexpr Statement kChildrenAreToCome{"children_are_to_come", R"sql(
  select 1 from fleets where fleet_id = $1 and ended_at is null and (open_targets or expanded < total)
)sql"};

absl::Status TaskNotFound(const domain::Ulid& fleet_id, absl::string_view repo) {
  return MakeError(absl::StatusCode::kNotFound, absl::StrCat("fleet ", fleet_id.ToString(), " has no child for ", repo),
                   {"TASK_NOT_FOUND", {{"repo", std::string(repo)}}, {}});
}

absl::Status TaskNotEnqueued(const domain::Ulid& fleet_id, absl::string_view repo) {
  return MakeError(absl::StatusCode::kNotFound,
                   absl::StrCat("fleet ", fleet_id.ToString(), " has no child for ", repo,
                                " yet: its children are still being enqueued; ask again in a moment"),
                   {"TASK_NOT_ENQUEUED", {{"repo", std::string(repo)}}, {}});
}

}  // namespace

absl::StatusOr<int32_t> FindOrdinal(Transaction& transaction, const domain::Ulid& fleet_id, absl::string_view repo) {
  const std::string key = domain::RepoKey(repo);
  absl::StatusOr<Rows> rows = transaction.Execute(kFindOrdinal, {fleet_id.ToUuid(), key});
  if (rows.ok() && rows->empty()) rows = transaction.Execute(kFindOrdinalByKey, {fleet_id.ToUuid(), key});
  if (!rows.ok()) return rows.status();
  if (rows->empty()) {
    FLEET_ASSIGN_OR_RETURN(const Rows to_come, transaction.Execute(kChildrenAreToCome, {fleet_id.ToUuid()}));
    return to_come.empty() ? TaskNotFound(fleet_id, repo) : TaskNotEnqueued(fleet_id, repo);
  }
  return (*rows)[0].Int();
}

}  // namespace fleet::store
