// What a git tree or index says of a path.
#ifndef FLEET_WORKERS_TASK_RUNNER_TREE_ENTRY_H_
#define FLEET_WORKERS_TASK_RUNNER_TREE_ENTRY_H_

#include <cstdint>
#include <map>
#include <string>

namespace fleet::runner {

// git's file modes.
inline constexpr uint32_t kFileMode = 0100644;
inline constexpr uint32_t kExecutableMode = 0100755;
inline constexpr uint32_t kLinkMode = 0120000;
inline constexpr uint32_t kGitlinkMode = 0160000;  // a submodule: the object is a commit of another repository

struct TreeEntry {
  uint32_t mode = 0;
  // Hexadecimal.
  std::string oid;

  bool is_gitlink() const { return mode == kGitlinkMode; }
  bool operator==(const TreeEntry&) const = default;
};

// By path, '/' between names.
using TreeEntries = std::map<std::string, TreeEntry>;

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_TREE_ENTRY_H_
