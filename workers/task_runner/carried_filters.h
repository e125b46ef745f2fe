// Sees to it that what a repository wants transformed is transformed: no file of a filter goes into a commit without
// it.
#ifndef FLEET_WORKERS_TASK_RUNNER_CARRIED_FILTERS_H_
#define FLEET_WORKERS_TASK_RUNNER_CARRIED_FILTERS_H_

#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "workers/task_runner/git_repository.h"
#include "workers/task_runner/tree_entry.h"

namespace fleet::runner {

// Objects of LFS, by id, each with a path that points to it.
using LfsObjects = std::map<std::string, std::string>;

// Arguments of git that make every filter of `names` fail aloud: by default what it leaves undone is stored as it is.
std::vector<std::string> RequireFilters(const std::set<std::string>& names);

// Checks `changed`, the new entries of a commit that name a filter, `filters` by path. Returns the LFS objects to
// upload before the push; or a TaskFailure, kChangeNotCarried naming a path whose filter is not among `configured` or,
// for LFS, whose content is not there to upload. What the base held already, under whatever name, is carried.
absl::StatusOr<LfsObjects> CheckFiltered(const GitRepository& repository, const TreeEntries& base,
                                         const TreeEntries& changed, const std::map<std::string, std::string>& filters,
                                         const std::set<std::string>& configured);

// Uploads LFS objects that the filter left in the git directory, to where `lfs_config` says, the text of the base's
// .lfsconfig from before the steps. Returns a TaskFailure: kChangeNotCarried, naming a path, if the server does not
// take them; a network's or a login's where git-lfs says so.
absl::Status UploadLfsObjects(const GitRepository& repository, const std::string& clone_url,
                              const std::string& lfs_config, const LfsObjects& objects);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_CARRIED_FILTERS_H_
