#include "cli/fleetctl/output/task_summary.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/output/state_names.h"
#include "cli/fleetctl/output/value_format.h"

namespace fleet::cli {
namespace {

constexpr std::size_t kCommitDigits = 12;

std::string DescribeFailure(const v1::Task& task) {
  const std::string category = Words(task.failure().category());
  std::string text = absl::StrCat(category, category.empty() || task.failure().message().empty() ? "" : ": ",
                                  task.failure().message());
  if (task.has_retry_time()) text = absl::StrCat("next try at ", FormatTime(task.retry_time()), " after ", text);
  return text;
}

// Where the work of the attempt that ended last, or of an earlier one, is to be found.
std::string DescribePlace(const v1::Task& task) {
  if (!task.pull_request_url().empty()) return task.pull_request_url();
  if (!task.compare_url().empty()) return task.compare_url();
  if (task.branch().empty() || task.commit().empty()) return task.branch();
  return absl::StrCat(task.branch(), "@", task.commit().substr(0, kCommitDigits));
}

// Whether that place is what the child ended with.
bool EndedThere(const v1::Task& task) {
  return task.outcome() == v1::TASK_OUTCOME_BRANCH_PUSHED || task.outcome() == v1::TASK_OUTCOME_PULL_REQUEST_OPENED ||
         task.outcome() == v1::TASK_OUTCOME_PULL_REQUEST_UPDATED;
}

}  // namespace

std::string DescribeResult(const v1::Task& task) {
  std::string place = DescribePlace(task);
  const std::string said = task.state() == v1::TASK_STATE_COMPLETED ? task.summary() : "";
  if (EndedThere(task)) return absl::StrCat(place, said.empty() ? "" : "; ", said);
  std::string text = task.has_failure() ? DescribeFailure(task) : said;
  if (!place.empty()) absl::StrAppend(&text, text.empty() ? "" : "; ", place, " from before");
  return text;
}

}  // namespace fleet::cli
