#include "cli/fleetctl/output/failure_summary.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/fleetctl/output/state_names.h"

namespace fleet::cli {

std::string DescribeCause(const v1::Failure& failure) {
  const std::string category = Words(failure.category());
  return absl::StrCat(category, category.empty() || failure.title().empty() ? "" : ": ", failure.title());
}

std::string DescribeSample(const v1::FailureGroup& group) {
  std::string text = absl::StrJoin(group.sample_repos(), ", ");
  const int more = group.count() - group.sample_repos_size();
  if (more > 0) absl::StrAppend(&text, text.empty() ? "" : " and ", more, text.empty() ? "" : " more");
  return text;
}

}  // namespace fleet::cli
