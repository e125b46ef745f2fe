// Which rules of a repository's attributes make git store other bytes than a file holds, or the other way round.
#ifndef FLEET_WORKERS_TASK_RUNNER_ATTRIBUTE_RULES_H_
#define FLEET_WORKERS_TASK_RUNNER_ATTRIBUTE_RULES_H_

#include <cstddef>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "workers/task_runner/git_repository.h"

namespace fleet::runner {

// What the words of all .gitattributes files allow for, at a glance: most repositories allow for nothing of it, and
// need no closer look.
struct AttributeMentions {
  bool filter = false;
  // Files get other bytes at checkout than their blobs hold.
  bool checkout_conversion = false;
  // What is stored may be other bytes than a file holds.
  bool storing_conversion = false;

  // With what the .gitattributes file of text `text` mentions.
  void Add(absl::string_view text);
};

// How large an attributes file is read.
inline constexpr std::size_t kMaxAttributesFile = std::size_t{16} << 20;

// Whether a path is that of an attributes file.
bool IsAttributesFile(absl::string_view path);

// The files of `paths` that checkout gives other bytes than their blobs hold. `repository` has the index whose
// attributes counted.
absl::StatusOr<std::set<std::string>> ReadConverted(const GitRepository& repository,
                                                    const std::vector<std::string>& paths);

// The filter that each of `paths` names, for those that name one.
absl::StatusOr<std::map<std::string, std::string>> ReadFilters(const GitRepository& repository,
                                                               const std::vector<std::string>& paths);

// The filters that the configuration has a program for that stores: filter.<name>.clean or .process.
absl::StatusOr<std::set<std::string>> ReadConfiguredFilters(const GitRepository& repository);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_ATTRIBUTE_RULES_H_
