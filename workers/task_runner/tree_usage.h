// How much of a disk a tree takes.
#ifndef FLEET_WORKERS_TASK_RUNNER_TREE_USAGE_H_
#define FLEET_WORKERS_TASK_RUNNER_TREE_USAGE_H_

#include <cstdint>
#include <string>

namespace fleet::runner {

struct TreeUsage {
  int64_t bytes = 0;  // of blocks, not of lengths: a hole takes none
  int64_t files = 0;  // inodes, directories too
};

// Measures `path` with at most four descriptors and 32 bytes for each level of depth. It may change meanwhile. Stops
// after `most` entries, and leaves out what cannot be read, links and mounts: then the answer is too small.
TreeUsage MeasureTree(const std::string& path, int64_t most = 2'000'000);

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_TREE_USAGE_H_
