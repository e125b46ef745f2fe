// What a step left in a clone: the files, and what git's own index and HEAD there say.
#ifndef FLEET_TESTS_PROPERTY_LEFT_STATE_H_
#define FLEET_TESTS_PROPERTY_LEFT_STATE_H_

#include <map>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "tests/property/plain_shell.h"
#include "tests/property/tree_snapshot.h"

namespace fleet::testing {

struct TreeEntry {
  std::string mode;  // empty: there is none
  std::string id;

  friend bool operator==(const TreeEntry& a, const TreeEntry& b) { return a.mode == b.mode && a.id == b.id; }
  friend bool operator!=(const TreeEntry& a, const TreeEntry& b) { return !(a == b); }
};

using TreeEntries = std::map<std::string, TreeEntry>;

struct IndexEntry {
  TreeEntry entry;
  bool skip_worktree = false;
  bool intent_to_add = false;
  // Of the file it was made from, if it was made from one: inode, times of writing and of change.
  bool has_file = false;
  std::string file = {};
};

struct LeftState {
  std::string directory;  // the working tree
  std::string git_dir;    // as the step left it; it need not exist
  TreeSnapshot before;    // right after checkout
  TreeSnapshot after;
  TreeEntries base;
  std::map<std::string, IndexEntry> index;
  bool unmerged = false;
};

// Of "git ls-tree -r -z".
TreeEntries ParseTree(absl::string_view listing);
// Of "git ls-files -s -z".
TreeEntries ParseStaged(absl::string_view listing);

// Fills in `index` and `unmerged`. If the index is the base's, or lost, what HEAD says stands for it.
void ReadGitState(const PlainShell& shell, LeftState& state);

// As IndexEntry::file.
std::string FileStamp(const std::string& path);

}  // namespace fleet::testing

#endif  // FLEET_TESTS_PROPERTY_LEFT_STATE_H_
