// Names contents as git does: the id of the blob that would hold just these bytes, whatever attributes say.
#ifndef FLEET_WORKERS_TASK_RUNNER_BLOB_HASHER_H_
#define FLEET_WORKERS_TASK_RUNNER_BLOB_HASHER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "workers/task_runner/work_bounds.h"

namespace fleet::runner {

class BlobHasher {
 public:
  // For a repository whose ids look like `sample`: 64 digits are SHA-256, others SHA-1.
  explicit BlobHasher(absl::string_view sample) : sha256_(sample.size() == 64) {}

  // Hexadecimal.
  std::string HashText(absl::string_view text) const;
  // Of a regular file, in bounded memory. `path` is relative to the open directory `directory`; a link at its end is
  // not followed. Errors as SystemError gives them; kAborted if the file changes while it is read; as MayGoOn says once
  // `bounds`, if any, are reached.
  absl::StatusOr<std::string> HashFile(int directory, const std::string& path,
                                       const WorkBounds* bounds = nullptr) const;
  // Of the text of a symbolic link.
  absl::StatusOr<std::string> HashLink(int directory, const std::string& path) const;

 private:
  const bool sha256_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_BLOB_HASHER_H_
