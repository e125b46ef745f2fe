// Files of one task, which a step may have tampered with.
#ifndef FLEET_WORKERS_TASK_RUNNER_PRIVATE_FILE_H_
#define FLEET_WORKERS_TASK_RUNNER_PRIVATE_FILE_H_

#include <cstddef>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleet::runner {

// Makes a directory, readable by its owner alone. Errors as SystemError gives them.
absl::Status MakePrivateDirectory(const std::string& path);
// Makes a new file, readable by its owner alone; never follows or replaces what is there.
absl::Status WritePrivateFile(const std::string& path, absl::string_view text);
// Reads a whole regular file. Never blocks and never follows a link at its end: returns kNotFound if there is none,
// kInvalidArgument if it is something else, or larger than `limit` bytes.
absl::StatusOr<std::string> ReadPlainFile(const std::string& path, std::size_t limit);
// Whether `path` is a directory, and no link to one.
bool IsPlainDirectory(const std::string& path);
// How large an index of git is read.
inline constexpr std::size_t kMaxIndexFile = std::size_t{256} << 20;

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_PRIVATE_FILE_H_
