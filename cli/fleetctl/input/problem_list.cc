#include "cli/fleetctl/input/problem_list.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "common/status/error_info.h"

namespace fleet::cli {
namespace {

constexpr std::size_t kMaxProblems = 20;

}  // namespace

void ProblemList::Add(std::size_t line, std::size_t column, absl::string_view problem) {
  if (++count_ > kMaxProblems) return;
  std::string where = absl::StrCat(file_name_, ":", line);
  if (column > 0) absl::StrAppend(&where, ":", column);
  first_.push_back({std::move(where), std::string(problem)});
}

absl::Status ProblemList::ToStatus() const {
  if (count_ == 0) return absl::OkStatus();
  if (count_ == 1) return absl::InvalidArgumentError(absl::StrCat(first_[0].where, ": ", first_[0].what));
  ErrorInfo info;
  info.reason = "INVALID_FILE";
  for (const Problem& problem : first_) info.violations.push_back({problem.where, problem.what});
  std::string message = absl::StrCat(file_name_, ": ", count_, " mistakes");
  if (count_ > kMaxProblems) absl::StrAppend(&message, ", the first ", kMaxProblems, " of them");
  return MakeError(absl::StatusCode::kInvalidArgument, message, std::move(info));
}

}  // namespace fleet::cli
