// git on one repository: directory, working tree and index are said once.
#ifndef FLEET_WORKERS_TASK_RUNNER_GIT_REPOSITORY_H_
#define FLEET_WORKERS_TASK_RUNNER_GIT_REPOSITORY_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "common/domain/failure_classifier.h"
#include "workers/task_runner/git_command.h"
#include "workers/task_runner/output_sink.h"
#include "workers/task_runner/work_bounds.h"

namespace fleet::runner {

class GitRepository {
 public:
  struct Places {
    std::string git_dir;
    // Empty: none, and git works in git_dir.
    std::string work_tree;
    // Empty: git_dir's own.
    std::string index;
    // A further place to read objects from; empty: none.
    std::string more_objects;
    // Private to us: files for git's stdin are made here.
    std::string scratch;
  };

  // `git` and `bounds` must outlive it. Failures are of `stage`.
  GitRepository(const GitCommand& git, const WorkBounds& bounds, domain::FailureStage stage, Places places);

  // What git writes, as GitCommand::Run says.
  absl::StatusOr<std::string> Run(std::vector<std::string> arguments) const;
  // The most that Records and RecordsOf answer: what a step made up must not fill the memory.
  static constexpr uint64_t kMaxRecords = uint64_t{512} << 20;
  // What git writes to stdout with "-z", record by record. `errors` gets stderr, unless it is null.
  absl::StatusOr<std::vector<std::string>> Records(std::vector<std::string> arguments,
                                                   OutputSink* errors = nullptr) const;
  // The same, with each record to `take` as it comes, and a failure of kBadConfig if they are more than `most` bytes.
  absl::Status EachRecord(std::vector<std::string> arguments, uint64_t most,
                          const std::function<void(absl::string_view)>& take) const;
  // As Records, with `input` as stdin.
  absl::StatusOr<std::vector<std::string>> RecordsOf(std::vector<std::string> arguments, const std::string& input,
                                                     OutputSink* errors = nullptr) const;

  const Places& places() const { return places_; }
  const GitCommand& git() const { return git_; }
  const WorkBounds& bounds() const { return bounds_; }

 private:
  GitCommand::Call MakeCall(std::vector<std::string> arguments) const;
  absl::StatusOr<std::vector<std::string>> ReadRecords(const GitCommand::Call& call, OutputSink* errors) const;
  absl::Status PassRecords(const GitCommand::Call& call, OutputSink* errors, uint64_t most,
                           const std::function<void(absl::string_view)>& take) const;

  const GitCommand& git_;
  const WorkBounds& bounds_;
  const domain::FailureStage stage_;
  const Places places_;
  std::map<std::string, std::string> environment_;
};

}  // namespace fleet::runner

#endif  // FLEET_WORKERS_TASK_RUNNER_GIT_REPOSITORY_H_
