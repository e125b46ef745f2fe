#include "cli/fleetctl/input/repos_file.h"

#include <cstddef>
#include <unordered_map>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "cli/fleetctl/input/problem_list.h"
#include "common/domain/identifiers.h"
#include "common/status/status_macros.h"

namespace fleet::cli {

absl::StatusOr<std::vector<std::string>> ParseReposFile(const InputFile& file) {
  std::vector<std::string> repos;
  std::unordered_map<std::string, std::size_t> line_of;
  ProblemList problems(file.name);
  std::size_t line_number = 0;
  for (absl::string_view line : absl::StrSplit(file.text, '\n')) {
    ++line_number;
    const absl::string_view repo = absl::StripAsciiWhitespace(line.substr(0, line.find('#')));
    if (repo.empty()) continue;
    const std::string problem = domain::RepoNameProblem(repo);
    if (!problem.empty()) {
      problems.Add(line_number, 0, absl::StrCat("\"", repo, "\": ", problem));
      continue;
    }
    const auto [first, is_new] = line_of.emplace(domain::RepoKey(repo), line_number);
    if (!is_new) {
      problems.Add(line_number, 0, absl::StrCat("\"", repo, "\" stands in line ", first->second, " already"));
      continue;
    }
    repos.emplace_back(repo);
  }
  FLEET_RETURN_IF_ERROR(problems.ToStatus());
  if (repos.empty()) return absl::InvalidArgumentError(absl::StrCat(file.name, ": names no repository"));
  return repos;
}

}  // namespace fleet::cli
