#include "workers/task_runner/git_repository.h"

#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/file_descriptor.h"
#include "workers/task_runner/line_sink.h"
#include "workers/task_runner/private_file.h"
#include "workers/task_runner/system_error.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {

namespace {

// One directory of a list, even with the list's separator in it.
std::string Quoted(const std::string& directory) {
  return absl::StrCat("\"", absl::StrReplaceAll(directory, {{"\\", "\\\\"}, {"\"", "\\\""}}), "\"");
}

}  // namespace

GitRepository::GitRepository(const GitCommand& git, const WorkBounds& bounds, domain::FailureStage stage, Places places)
    : git_(git), bounds_(bounds), stage_(stage), places_(std::move(places)) {
  environment_ = {{"GIT_DIR", places_.git_dir}};
  if (!places_.work_tree.empty()) environment_["GIT_WORK_TREE"] = places_.work_tree;
  if (!places_.index.empty()) environment_["GIT_INDEX_FILE"] = places_.index;
  if (!places_.more_objects.empty()) environment_["GIT_ALTERNATE_OBJECT_DIRECTORIES"] = Quoted(places_.more_objects);
}

GitCommand::Call GitRepository::MakeCall(std::vector<std::string> arguments) const {
  return {stage_, std::move(arguments), places_.work_tree.empty() ? places_.git_dir : places_.work_tree, environment_};
}

absl::StatusOr<std::string> GitRepository::Run(std::vector<std::string> arguments) const {
  return git_.Run(MakeCall(std::move(arguments)), bounds_);
}

absl::StatusOr<std::vector<std::string>> GitRepository::ReadRecords(const GitCommand::Call& call,
                                                                    OutputSink* errors) const {
  std::vector<std::string> records;
  FLEET_RETURN_IF_ERROR(
      PassRecords(call, errors, kMaxRecords, [&](absl::string_view record) { records.emplace_back(record); }));
  return records;
}

absl::Status GitRepository::PassRecords(const GitCommand::Call& call, OutputSink* errors, uint64_t most,
                                        const std::function<void(absl::string_view)>& take) const {
  OutputBounds bounds;
  bounds.total_bytes = most;
  LineSink sink('\0', bounds, take);
  const absl::Status status = git_.Stream(call, bounds_, sink, errors);
  if (!sink.excess().empty()) {
    return TaskFailure(domain::FailureReason::kBadConfig,
                       absl::StrCat(domain::StageName(stage_), " failed: git wrote ", sink.excess()));
  }
  FLEET_RETURN_IF_ERROR(status);
  sink.Finish();
  return absl::OkStatus();
}

absl::Status GitRepository::EachRecord(std::vector<std::string> arguments, uint64_t most,
                                       const std::function<void(absl::string_view)>& take) const {
  return PassRecords(MakeCall(std::move(arguments)), nullptr, most, take);
}

absl::StatusOr<std::vector<std::string>> GitRepository::Records(std::vector<std::string> arguments,
                                                                OutputSink* errors) const {
  return ReadRecords(MakeCall(std::move(arguments)), errors);
}

absl::StatusOr<std::vector<std::string>> GitRepository::RecordsOf(std::vector<std::string> arguments,
                                                                  const std::string& input, OutputSink* errors) const {
  GitCommand::Call call = MakeCall(std::move(arguments));
  std::string path = absl::StrCat(places_.scratch, "/input-XXXXXX");
  // A name that no step could take first.
  if (mkdtemp(path.data()) == nullptr) return SystemError(errno, "cannot make a directory");
  call.input_file = absl::StrCat(path, "/stdin");
  FLEET_RETURN_IF_ERROR(WritePrivateFile(call.input_file, input));
  auto records = ReadRecords(call, errors);
  unlink(call.input_file.c_str());
  rmdir(path.c_str());
  return records;
}

}  // namespace fleet::runner
