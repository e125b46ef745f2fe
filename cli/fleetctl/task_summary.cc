#include "cli/fleetctl/task_summary.h"

#include <cstddef>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/state_names.h"
#include "cli/fleetctl/value_format.h"

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

}  // namespace

std::string DescribeResult(const v1::Task& task) {
  if (!task.pull_request_url().empty()) return task.pull_request_url();
  if (task.has_failure()) return DescribeFailure(task);
  if (task.branch().empty()) return "";
  if (task.commit().empty()) return task.branch();
  return absl::StrCat(task.branch(), "@", task.commit().substr(0, kCommitDigits));
}

}  // namespace fleet::cli
