#include "workers/task_runner/disk_guard.h"

#include <sys/statvfs.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/logging/structured_log.h"
#include "workers/task_runner/system_error.h"
#include "workers/task_runner/tree_usage.h"

namespace fleet::runner {
namespace {

constexpr int64_t kBytes = int64_t{1} << 30;
constexpr int64_t kFiles = 50'000;
constexpr int64_t kShare = 20;
// A task that uses less than this part of the reserve is not why it is gone.
constexpr int64_t kMeaningful = 10;

int64_t Resolved(int64_t reserve, int64_t most, int64_t total) {
  return reserve == DiskReserve::kDefault ? std::min(most, total / kShare) : reserve;
}

std::string Megabytes(int64_t bytes) { return absl::StrFormat("%.1f MB", static_cast<double>(bytes) / 1e6); }

bool ShortOfBytes(const DiskSpace& space, const DiskReserve& reserve) { return space.free_bytes < reserve.bytes; }

bool ShortOfFiles(const DiskSpace& space, const DiskReserve& reserve) {
  return space.total_files > 0 && space.free_files < reserve.files;
}

std::string Message(const DiskSpace& space, const DiskReserve& reserve, const TreeUsage& usage) {
  const std::string left =
      ShortOfBytes(space, reserve)
          ? absl::StrCat(Megabytes(space.free_bytes), " free, less than the reserve of ", Megabytes(reserve.bytes))
          : absl::StrCat(space.free_files, " files free, less than the reserve of ", reserve.files);
  return absl::StrCat("the runner's disk had ", left, ", and this task used most of it: ", Megabytes(usage.bytes),
                      " in ", usage.files, " files");
}

}  // namespace

absl::StatusOr<DiskSpace> ReadDiskSpace(const std::string& path) {
  struct statvfs info {};
  if (statvfs(path.c_str(), &info) != 0) return SystemError(errno, absl::StrCat("cannot look at the disk of ", path));
  const auto block = static_cast<int64_t>(info.f_frsize);
  return DiskSpace{static_cast<int64_t>(info.f_bavail) * block, static_cast<int64_t>(info.f_blocks) * block,
                   static_cast<int64_t>(info.f_favail), static_cast<int64_t>(info.f_files)};
}

DiskGuard::DiskGuard(std::string directory, DiskReserve reserve, TaskDirectories& tasks,
                     metrics::RunnerMetrics& metrics, SpaceReader read)
    : directory_(std::move(directory)), reserve_(reserve), tasks_(tasks), metrics_(metrics), read_(std::move(read)) {}

void DiskGuard::RunOnce() {
  const absl::StatusOr<DiskSpace> space = read_(directory_);
  // Whoever then works in it finds out, too.
  if (!space.ok()) return;
  metrics_.SetDiskFree(static_cast<double>(space->free_bytes), static_cast<double>(space->free_files));
  const DiskReserve reserve = {Resolved(reserve_.bytes, kBytes, space->total_bytes),
                               Resolved(reserve_.files, kFiles, space->total_files)};
  metrics_.SetDiskSize(static_cast<double>(space->total_bytes), static_cast<double>(reserve.bytes));
  const bool is_short = ShortOfBytes(*space, reserve) || ShortOfFiles(*space, reserve);
  tasks_.SetFull(is_short);
  if (std::exchange(short_, is_short) != is_short) {
    LogWarning(is_short ? "disk_nearly_full" : "disk_has_room",
               {{"free_bytes", space->free_bytes}, {"free_files", space->free_files}});
  }
  if (is_short && !tasks_.Stopping()) StopLargest(*space, reserve);
}

void DiskGuard::StopLargest(const DiskSpace& space, const DiskReserve& reserve) {
  const bool by_bytes = ShortOfBytes(space, reserve);
  const auto amount = [by_bytes](const TreeUsage& usage) { return by_bytes ? usage.bytes : usage.files; };
  std::string largest;
  TreeUsage most;
  for (const std::string& path : tasks_.Paths()) {
    const TreeUsage usage = MeasureTree(path);
    if (largest.empty() || amount(usage) > amount(most)) {
      largest = path;
      most = usage;
    }
  }
  if (largest.empty() || amount(most) < (by_bytes ? reserve.bytes : reserve.files) / kMeaningful) return;
  if (!tasks_.StopForDisk(largest, Message(space, reserve, most))) return;
  metrics_.CountStoppedForDisk();
  LogWarning("task_stopped_for_disk", {{"directory", largest}, {"bytes", most.bytes}, {"files", most.files}});
}

}  // namespace fleet::runner
