#include "workers/task_runner/disk_guard.h"

#include <filesystem>
#include <string>
#include <thread>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "prometheus/registry.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/common/metrics/metrics_text.h"
#include "tests/unit/workers/task_runner/test_directory.h"

namespace fleet::runner {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

constexpr int64_t kGiB = int64_t{1} << 30;

class DiskGuardTest : public ::testing::Test {
 protected:
  void RunOnce(DiskReserve reserve = {}) {
    DiskGuard guard(directory_.path(), reserve, tasks_, metrics_, [this](const std::string&) { return space_; });
    guard.RunOnce();
  }
  TaskDirectory Make(StopToken& stop, std::size_t bytes, int files) {
    auto task = tasks_.Make(stop);
    EXPECT_TRUE(task.ok());
    WriteFile(task->path() + "/large", std::string(bytes, 'x'));
    for (int i = 0; i < files; ++i) WriteFile(absl::StrCat(task->path(), "/tree/", i), "");
    return *std::move(task);
  }

  TestDirectory directory_;
  prometheus::Registry registry_;
  metrics::RunnerMetrics metrics_{registry_};
  LeftoverRemover leftovers_{Clock::System(), metrics_};
  TaskDirectories tasks_{directory_.path(), leftovers_, absl::ZeroDuration()};
  absl::StatusOr<DiskSpace> space_ = DiskSpace{100 * kGiB, 200 * kGiB, 5'000'000, 6'000'000};
  StopToken large_, many_, small_;
};

TEST_F(DiskGuardTest, LeavesAllAloneWhileThereIsRoom) {
  const TaskDirectory task = Make(large_, 1 << 20, 3);
  RunOnce();
  EXPECT_FALSE(tasks_.full());
  EXPECT_FALSE(large_.stopped());
  EXPECT_THAT(metrics::MetricsText(registry_), AllOf(HasSubstr("fleet_runner_disk_free_bytes 107374182400\n"),
                                                     HasSubstr("fleet_runner_disk_free_files 5000000\n"),
                                                     HasSubstr("fleet_runner_disk_size_bytes 214748364800\n"),
                                                     HasSubstr("fleet_runner_disk_reserve_bytes 1073741824\n")));
}

TEST_F(DiskGuardTest, StopsTheTaskWithMostBytesAndTakesNoMore) {
  const TaskDirectory many = Make(many_, 1000, 100);
  const TaskDirectory large = Make(large_, 4 << 20, 3);
  const TaskDirectory small = Make(small_, 1000, 3);
  space_ = DiskSpace{9 << 20, 200 << 20, 5'000'000, 6'000'000};  // a twentieth is 10 MiB
  RunOnce();
  EXPECT_TRUE(tasks_.full());
  EXPECT_EQ(large_.reason(), StopReason::kDiskFull);
  EXPECT_THAT(large_.disk_message(),
              AllOf(HasSubstr("9.4 MB free, less than the reserve of 10.5 MB"), HasSubstr(": 4.2 MB in 5 files")));
  EXPECT_FALSE(many_.stopped());
  EXPECT_FALSE(small_.stopped());
  EXPECT_THAT(metrics::MetricsText(registry_), HasSubstr("fleet_runner_tasks_stopped_for_disk_total 1\n"));
}

TEST_F(DiskGuardTest, StopsTheTaskWithMostFilesWhenTheseAreShort) {
  const TaskDirectory large = Make(large_, 4 << 20, 3);
  const TaskDirectory many = Make(many_, 1000, 100);
  space_ = DiskSpace{100 * kGiB, 200 * kGiB, 49, 1000};
  RunOnce();
  EXPECT_EQ(many_.reason(), StopReason::kDiskFull);
  EXPECT_THAT(many_.disk_message(), HasSubstr("49 files free, less than the reserve of 50"));
  EXPECT_FALSE(large_.stopped());
}

TEST_F(DiskGuardTest, StopsNoOtherUntilTheStoppedOneIsGone) {
  const TaskDirectory next = Make(many_, 3 << 20, 3);
  space_ = DiskSpace{9 << 20, 200 << 20, 5'000'000, 6'000'000};
  {
    const TaskDirectory large = Make(large_, 4 << 20, 3);
    RunOnce();
    // On its way out it is smaller than the next.
    std::filesystem::remove(large.path() + "/large");
    RunOnce();
    EXPECT_TRUE(large_.stopped());
    EXPECT_FALSE(many_.stopped());
  }
  RunOnce();
  EXPECT_TRUE(many_.stopped());
}

TEST_F(DiskGuardTest, SparesTasksWhenSomebodyElseFilledTheDisk) {
  const TaskDirectory task = Make(small_, 4 << 20, 3);
  space_ = DiskSpace{kGiB / 2, 200 * kGiB, 5'000'000, 6'000'000};
  RunOnce();
  EXPECT_TRUE(tasks_.full());
  EXPECT_FALSE(small_.stopped());
}

TEST_F(DiskGuardTest, TakesTasksAgainOnceThereIsRoom) {
  const absl::StatusOr<DiskSpace> roomy = space_;
  space_ = DiskSpace{0, 200 * kGiB, 5'000'000, 6'000'000};
  RunOnce();
  StopToken stop;
  EXPECT_FALSE(tasks_.Make(stop).ok());
  space_ = roomy;
  RunOnce();
  FLEET_EXPECT_OK(tasks_.Make(stop).status());
}

TEST_F(DiskGuardTest, ATaskThatIsHereAlreadyWaitsForRoom) {
  TaskDirectories patient(directory_.path(), leftovers_, absl::Minutes(1));
  patient.SetFull(true);
  std::thread frees([&] { patient.SetFull(false); });
  StopToken stop;
  FLEET_EXPECT_OK(patient.Make(stop).status());
  frees.join();
  patient.SetFull(true);
  stop.Stop(StopReason::kCancelled);
  EXPECT_FALSE(patient.Make(stop).ok());
}

TEST_F(DiskGuardTest, KeepsWhatItsFlagsSay) {
  const TaskDirectory task = Make(large_, 4 << 20, 200);
  space_ = DiskSpace{kGiB / 2, 200 * kGiB, 10, 6'000'000};
  RunOnce({0, 0});
  EXPECT_FALSE(tasks_.full());
  RunOnce({0, 11});
  EXPECT_TRUE(large_.stopped());
}

TEST_F(DiskGuardTest, AFileSystemThatDoesNotCountFilesIsNotShortOfThem) {
  space_ = DiskSpace{100 * kGiB, 200 * kGiB, 0, 0};
  RunOnce({0, 1000});
  EXPECT_FALSE(tasks_.full());
}

TEST_F(DiskGuardTest, ReadsTheRealDisk) {
  FLEET_ASSERT_OK_AND_ASSIGN(const DiskSpace space, ReadDiskSpace(directory_.path()));
  EXPECT_GT(space.free_bytes, 0);
  EXPECT_GE(space.total_bytes, space.free_bytes);
  EXPECT_FALSE(ReadDiskSpace(directory_ / "missing").ok());
}

}  // namespace
}  // namespace fleet::runner
