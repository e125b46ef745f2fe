// Which commit a repository's HEAD names, read from its files: git is never run inside a repository of a step's.
#ifndef FLEET_WORKERS_TASK_RUNNER_REPOSITORY_HEAD_H_
#define FLEET_WORKERS_TASK_RUNNER_REPOSITORY_HEAD_H_

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace fleet::runner {

// The commit of HEAD in the git directory `git_dir`, hexadecimal; empty if it names none, or is nothing that git would
// have written.
std::string ReadHeadCommit(const std::string& git_dir);

// The git directory of the repository whose working tree is `tree`: "<tree>/.git", or what the file there points to.
// Empty if there is none, or if either lies outside of `root`, a path without links, or behind a link.
std::string FindGitDirectory(const std::string& tree, const std::string& root);

// Hexadecimal digits of an object id.
inline constexpr std::size_t kSha1Digits = 40;
inline constexpr std::size_t kSha256Digits = 64;
// Whether `text` is an object id, in lower case.
bool IsObjectId(absl::string_view text);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_REPOSITORY_HEAD_H_
