// A repository that is odd in one way, what a fleet's step does in it, and what has to come of it: all of it data.
#ifndef FLEET_TESTS_SUPPORT_ODD_REPOSITORY_H_
#define FLEET_TESTS_SUPPORT_ODD_REPOSITORY_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/domain/failure.h"

namespace fleet::testing {

// A file as git stores it, whatever the attributes say. Modes are git's: 100644, 100755, 120000 (content: the link's
// target), 160000 (content: the submodule's commit).
struct StoredFile {
  std::string path;
  std::string content;
  std::string mode = "100644";
};

// What has to come of the step.
struct Expected {
  enum class End { kBranchPushed, kNoChanges, kFailed };
  End end = End::kNoChanges;
  // Of a branch: every path that differs from the base, and no other, as "M 100644 path", sorted by path: git's letter
  // (A, D, M, T; a rename is both), the new mode (the old one of what is gone), and the path byte for byte.
  std::vector<std::string> changes{};
  // Of a branch: what some of these paths hold; of a submodule its commit.
  std::map<std::string, std::string> contents{};
  // Of a failure: its reason, and what the message names.
  domain::FailureReason reason = domain::FailureReason::kUnspecified;
  std::vector<std::string> words{};
  // What else has to hold afterwards: a shell script run in the bare repository with the fleet's branch in $BRANCH.
  // What it prints is what is wrong; so is an exit code that is not 0. Empty: nothing.
  std::string check{};
};

Expected BranchPushed(std::vector<std::string> changes, std::map<std::string, std::string> contents = {},
                      std::string check = "");
Expected NoChanges();
Expected Failed(domain::FailureReason reason, std::vector<std::string> words);

struct OddRepository {
  std::string name;  // lower-case letters, digits and "-"
  // One commit on the branch "main", which HEAD names; without any the repository is empty.
  std::vector<StoredFile> files{};
  // What the files do not tell (hooks, settings, refs): a shell script run in the bare repository once they are there.
  std::string setup{};
  // What the step does: a script for /bin/sh -eu, in the working tree.
  std::string step{};
  Expected expected{};
  std::string object_format = "sha1";
  // Registered with it; empty: what HEAD names.
  std::string default_branch{};
  // Takes seconds: begun first, and not repeated unless that is asked for.
  bool is_slow = false;
};

// Makes the bare repository in `directory`, which must not exist; its folder must. The same entry gives the same object
// ids each time. Returns kInternal, with what git or the script said, if that fails.
absl::Status MakeOddRepository(const OddRepository& repository, const std::string& directory);

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_ODD_REPOSITORY_H_
