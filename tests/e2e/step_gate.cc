#include "tests/e2e/step_gate.h"

#include <filesystem>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/unit/workers/task_runner/test_directory.h"

namespace fleet::e2e {
namespace {

constexpr char kBegun[] = "begun.";
constexpr char kOpen[] = "open";

// $dir is replaced.
constexpr char kScript[] = R"sh(repo=$(printf %s "$FLEET_REPO" | tr / _)
echo $$ > '$dir/begun.'"$repo.$FLEET_ATTEMPT"
while [ ! -e '$dir/open' ] && [ ! -e '$dir/open.'"$repo" ] && [ ! -e '$dir/open.'"$repo.$FLEET_ATTEMPT" ]; do
  sleep 0.05
done
)sh";

std::string FileName(const std::string& repo) { return absl::StrReplaceAll(repo, {{"/", "_"}}); }

}  // namespace

StepGate::StepGate(std::string directory) : directory_(std::move(directory)) {
  std::filesystem::create_directories(directory_);
}

std::string StepGate::Script(const std::string& change) const {
  return absl::StrCat(absl::StrReplaceAll(kScript, {{"$dir", directory_}}), change);
}

void StepGate::Open() { runner::WriteFile(absl::StrCat(directory_, "/", kOpen), ""); }

void StepGate::OpenFor(const std::string& repo) {
  runner::WriteFile(absl::StrCat(directory_, "/", kOpen, ".", FileName(repo)), "");
}

void StepGate::OpenFor(const std::string& repo, int attempt) {
  runner::WriteFile(absl::StrCat(directory_, "/", kOpen, ".", FileName(repo), ".", attempt), "");
}

std::string StepGate::Pid(const std::string& repo, int attempt) const {
  return runner::PidIn(absl::StrCat(directory_, "/", kBegun, FileName(repo), ".", attempt));
}

bool StepGate::IsAlive(const std::string& repo, int attempt) const {
  const std::string pid = Pid(repo, attempt);
  return !pid.empty() && runner::IsAlive(pid);
}

int StepGate::CountBegun() const {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(directory_)) {
    const bool is_begun = entry.path().filename().string().rfind(kBegun, 0) == 0;
    if (is_begun && !runner::PidIn(entry.path()).empty()) ++count;
  }
  return count;
}

}  // namespace fleet::e2e
