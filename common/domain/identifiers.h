// The names that users and runners give: what is well-formed, and how names are derived from each other. Pure.
#ifndef FLEET_COMMON_DOMAIN_IDENTIFIERS_H_
#define FLEET_COMMON_DOMAIN_IDENTIFIERS_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "common/domain/ulid.h"

namespace fleet::domain {

// "<fleet_id>-<ordinal>".
struct TaskId {
  Ulid fleet_id;
  int32_t ordinal = 0;  // 1-based

  static std::optional<TaskId> Parse(absl::string_view text);
  std::string ToString() const;
  friend auto operator<=>(const TaskId&, const TaskId&) = default;
};

// A workflow version: "<domain>/<name>-v<major>[@<major>.<minor>.<patch>]".
struct WorkflowRef {
  std::string name;     // "<domain>/<name>-v<major>"
  std::string version;  // empty: the highest applied

  static std::optional<WorkflowRef> Parse(absl::string_view text);
  std::string ToString() const;
};

struct WorkflowVersion {
  int32_t major = 0;
  int32_t minor = 0;
  int32_t patch = 0;

  static std::optional<WorkflowVersion> Parse(absl::string_view text);
  friend auto operator<=>(const WorkflowVersion&, const WorkflowVersion&) = default;
};

// Why `repo` is not a well-formed repository name, or empty if it is: "<owner>/<name>", each part of [A-Za-z0-9._-],
// not starting with "-" and not "." or "..", at most 200 characters.
std::string RepoNameProblem(absl::string_view repo);
// Repositories are compared by this: their name in lower case.
std::string RepoKey(absl::string_view repo);

// Why `url` cannot be cloned from, or empty if it can: https, http, ssh, git and file URLs and [user@]host:path;
// no password or token, no leading "-", no transport helper ("ext::"), nothing but printable ASCII, at most 2,000
// bytes. The answer never repeats the URL, which may hold a secret.
std::string CloneUrlProblem(absl::string_view url);

// Whether `text` can name a branch (git-check-ref-format's rules, and no leading "-").
bool IsBranchName(absl::string_view text);

// Why `text` cannot be a repository's default branch, or empty if it can, or is empty: no branch's name, or a ref or
// remote-tracking name that stands for one ("refs/heads/main", "origin/main", "HEAD").
std::string DefaultBranchProblem(absl::string_view text);

// Why a fleet cannot push the branch that it asks for, or empty if it can, or asks for none: `asked` must be a branch
// as DefaultBranchProblem takes it, at most 250 bytes with the id in it, and may have no placeholder but {{fleet}}.
std::string FleetBranchProblem(absl::string_view asked);

// The branch that a fleet's children push, the same in every repository, so that a second attempt updates what a first
// one pushed: what was asked for with the fleet's id, in lower case, for {{fleet}}; "fleet/{{fleet}}" if nothing was.
std::string BranchName(const Ulid& fleet_id, absl::string_view asked = {});

// request_id: 1 to 128 characters of [A-Za-z0-9._:-].
bool IsRequestId(absl::string_view text);
// Pool: [a-z][a-z0-9-]{0,62}.
bool IsPoolName(absl::string_view text);
// Of a fleet, or a runner, for which nobody names one.
inline constexpr char kDefaultPool[] = "default";
// Parameter: [A-Za-z][A-Za-z0-9_]{0,63}.
bool IsParameterName(absl::string_view text);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_IDENTIFIERS_H_
