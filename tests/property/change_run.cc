#include "tests/property/change_run.h"

#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <system_error>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/property/change_case.h"

namespace fleet::testing {

bool ChangeRun::Take(uint64_t& seed) {
  const MutexLock lock(mutex_);
  if (taken_ == options_.cases || failures_ >= options_.failures) return false;
  seed = options_.seed + static_cast<uint64_t>(taken_++);
  return true;
}

void ChangeRun::Work(const std::string& directory) {
  std::filesystem::create_directories(directory);
  ChangeProperty property(directory);
  uint64_t seed = 0;
  while (Take(seed)) {
    const ChangeCase change = MakeChangeCase(seed);
    const absl::Status status = property.Check(change);
    if (status.ok()) continue;
    std::string text = absl::StrCat("seed ", seed, ", case ", seed - options_.seed + 1, ": product and oracle part\n",
                                    status.message());
    {
      const MutexLock lock(mutex_);
      ++failures_;
    }
    if (options_.shrink && absl::IsInternal(status)) {
      const ChangeCase smaller = property.Shrink(change);
      absl::StrAppend(&text, "made smaller: ", property.Check(smaller).message());
    }
    const MutexLock lock(mutex_);
    std::cout << text << std::endl;
    absl::StrAppend(&found_, text, "\n");
  }
  const MutexLock lock(mutex_);
  for (const auto& [end, count] : property.ends()) ends_[end] += count;
}

absl::Status ChangeRun::Run() {
  std::string directory = (std::filesystem::temp_directory_path() / "fleet-change-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) return absl::UnavailableError("cannot make a directory");
  std::vector<std::thread> lanes;
  for (int i = 0; i < options_.lanes; ++i) {
    lanes.emplace_back([this, lane = absl::StrCat(directory, "/", i)] { Work(lane); });
  }
  for (std::thread& lane : lanes) lane.join();
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  const MutexLock lock(mutex_);
  return found_.empty() ? absl::OkStatus() : absl::InternalError(found_);
}

int64_t ChangeRun::cases() const {
  const MutexLock lock(mutex_);
  return taken_;
}

std::map<std::string, int64_t> ChangeRun::ends() const {
  const MutexLock lock(mutex_);
  return ends_;
}

}  // namespace fleet::testing
