// Trees deeper than any path reaches.
#ifndef FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_DEEP_TREE_H_
#define FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_DEEP_TREE_H_

#include <fcntl.h>
#include <sys/stat.h>

#include <string>
#include <utility>

#include "workers/task_runner/file_descriptor.h"

namespace fleet::runner {

// Makes `top` and `depth` directories `name` below it, one in the other, each with a file beside it; at last gives
// them `mode`.
inline void MakeDeepTree(const std::string& top, const std::string& name, int depth, mode_t mode = 0700) {
  mkdir(top.c_str(), 0700);
  FileDescriptor current(open(top.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  for (int i = 0; i < depth; ++i) {
    mkdirat(current.get(), name.c_str(), 0700);
    const FileDescriptor file(openat(current.get(), "file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    FileDescriptor next(openat(current.get(), name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (mode != 0700) fchmod(current.get(), mode);
    current = std::move(next);
  }
}

}  // namespace fleet::runner

#endif  // FLEET_TESTS_UNIT_WORKERS_TASK_RUNNER_DEEP_TREE_H_
