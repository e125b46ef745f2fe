// Repositories and workflows.
#ifndef FLEET_COMMON_STORE_CATALOG_STORE_H_
#define FLEET_COMMON_STORE_CATALOG_STORE_H_

#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/database/connection_pool.h"
#include "common/database/rows.h"
#include "common/domain/caller.h"
#include "common/domain/identifiers.h"

namespace fleet::store {

struct RepositoryRecord {
  std::string repo;
  std::string clone_url;
  std::string default_branch;
  absl::Time created_at;
  absl::Time updated_at;
};

struct ImportCounts {
  int32_t created = 0;
  int32_t updated = 0;
  int32_t unchanged = 0;
};

struct WorkflowRecord {
  std::string name;
  domain::WorkflowVersion version;
  std::string definition;  // opaque here
  std::string created_by;  // set by the store
  absl::Time created_at;
  std::optional<absl::Time> withdrawn_at{};  // only from CatalogStore
};

struct WorkflowPage {
  std::vector<WorkflowRecord> workflows;
  bool has_next = false;  // also of a page that is short, since its definitions are long
};

// Reads name, major, minor, patch, definition, created_by and, as microseconds, created_at of workflows.
WorkflowRecord ReadWorkflow(database::RowReader& row);

class CatalogStore {
 public:
  explicit CatalogStore(database::ConnectionPool& pool) : pool_(pool) {}

  // All or nothing. Names must differ by more than case. Audited in the same transaction if anything changes.
  absl::StatusOr<ImportCounts> Import(const domain::Caller& caller, const std::vector<RepositoryRecord>& repositories);
  // Makes up for imports by a program that did not keep what clone URLs mean (clone_url_rows.h): some of those after
  // `after_key`. The key of the last one; empty: there was none.
  absl::StatusOr<std::string> KeepCloneUrls(const std::string& after_key);
  // Returns kNotFound.
  absl::StatusOr<RepositoryRecord> GetRepository(const domain::Caller& caller, absl::string_view repo);
  // The repository as it was. Fleets that have it go on, and are cloned from where it was. Returns kNotFound. Audited
  // in the same transaction.
  absl::StatusOr<RepositoryRecord> Delete(const domain::Caller& caller, absl::string_view repo);
  // By key, after `after_key`.
  absl::StatusOr<std::vector<RepositoryRecord>> ListRepositories(const domain::Caller& caller,
                                                                 absl::string_view after_key, int32_t limit);

  // True if the version is new, false if it exists with the same definition. Returns kAlreadyExists with reason
  // WORKFLOW_VERSION_IMMUTABLE if it exists with another. Audited in the same transaction if it is new.
  absl::StatusOr<bool> Apply(const domain::Caller& caller, const WorkflowRecord& workflow);
  // No new fleet can have this version from now on; the version as it stands. Withdrawing it again changes nothing.
  // Returns kNotFound with reason WORKFLOW_NOT_FOUND. Audited in the same transaction if it changes anything.
  absl::StatusOr<WorkflowRecord> Withdraw(const domain::Caller& caller, const std::string& name,
                                          const domain::WorkflowVersion& version);
  // The highest version if the reference names none, of those that were not withdrawn if there are such. Returns
  // kNotFound with reason WORKFLOW_NOT_FOUND.
  absl::StatusOr<WorkflowRecord> GetWorkflow(const domain::Caller& caller, const domain::WorkflowRef& ref);
  // By name, highest version first, skipping `offset`.
  absl::StatusOr<WorkflowPage> ListWorkflows(const domain::Caller& caller, int32_t offset, int32_t limit);

 private:
  database::ConnectionPool& pool_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_CATALOG_STORE_H_
