// Records what runners report.
#ifndef FLEET_COMMON_STORE_REPORT_STORE_H_
#define FLEET_COMMON_STORE_REPORT_STORE_H_

#include <functional>
#include <vector>

#include "absl/status/statusor.h"
#include "common/database/connection_pool.h"
#include "common/domain/task.h"
#include "common/domain/task_transitions.h"

namespace fleet::store {

struct ReportAnswer {
  domain::ReportVerdict verdict = domain::ReportVerdict::kLeaseLost;
  // With kApply: where the child stands now.
  domain::TaskState state = domain::TaskState::kQueued;
};

class ReportStore {
 public:
  // `jitter` gives uniform numbers in [0, 1).
  ReportStore(database::ConnectionPool& pool, std::function<double()> jitter);

  // Judges and records a batch in one transaction, folded before (FoldReports). Answers are in the order
  // of the reports. The children are written before their fleets are locked; where that does not do, because a child is
  // not active or a control has changed meanwhile, it is all done again with the fleets locked first. Running it again
  // with the same reports gives the same outcome. A pull request that is not of the child's repository is left out
  // (domain::PullRequestUrlProblem). An error that IsDataError means that some report cannot be stored, and none was.
  absl::StatusOr<std::vector<ReportAnswer>> Apply(const std::vector<domain::TaskReport>& reports);

 private:
  database::ConnectionPool& pool_;
  const std::function<double()> jitter_;
};

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_REPORT_STORE_H_
