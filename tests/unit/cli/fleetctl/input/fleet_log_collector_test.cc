#include "cli/fleetctl/input/fleet_log_collector.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr char kLoggedFleet[] = "01JZ0000000000000000000000";

class FleetLogCollectorTest : public ::testing::Test {
 protected:
  FleetLogCollectorTest() {
    std::string name = std::filesystem::temp_directory_path() / "fleet-logs-XXXXXX";
    directory_ = mkdtemp(name.data());
  }
  ~FleetLogCollectorTest() override { std::filesystem::remove_all(directory_); }

  void Write(const std::string& name, const std::string& text) {
    std::ofstream(directory_ + "/" + name, std::ios::binary) << text;
  }
  // A line as our programs write it, with a field more.
  static std::string Line(int second, const std::string& message, const std::string& key, const std::string& value) {
    return absl::StrCat(R"({"time":"2026-11-27T10:00:)", second, R"(.000000Z","message":")", message, R"(",")", key,
                        R"(":")", value, "\"}\n");
  }
  // "file: message" of each line found.
  std::vector<std::string> Found(FleetLogCollector& collector) {
    std::vector<std::string> found;
    EXPECT_TRUE(collector.Collect().ok());
    for (const auto& [time, line] : collector.lines()) {
      found.push_back(absl::StrCat(line.file, ": ", line.event["message"].get<std::string>()));
    }
    return found;
  }

  std::string directory_;
  std::istringstream nothing_;
};

TEST_F(FleetLogCollectorTest, LinesOfSeveralFilesAreFoundByTime) {
  Write("service-1.log", Line(11, "submitted", "fleet", kLoggedFleet) + Line(14, "other", "fleet", "01JZ1111"));
  Write("runner-1.log.1", Line(12, "started", "task", absl::StrCat(kLoggedFleet, "-7")));
  Write("worker-1.log", "Segmentation fault\n{\"fleet\":\"" + std::string(kLoggedFleet) + "\"}\n" +
                            Line(13, "expanded", "fleet", kLoggedFleet));
  Write("notes.txt", Line(10, "no log", "fleet", kLoggedFleet));
  FleetLogCollector collector(kLoggedFleet);
  ASSERT_TRUE(collector.AddPath(directory_, nothing_).ok());
  EXPECT_THAT(Found(collector),
              ElementsAre("service-1.log: submitted", "runner-1.log.1: started", "worker-1.log: expanded"));
}

TEST_F(FleetLogCollectorTest, WhatItsCallsLoggedIsItsOwn) {
  const std::string submitted = absl::StrCat(
      R"({"time":"2026-11-27T10:00:12Z","message":"submitted","request":"r1","fleet":")", kLoggedFleet, "\"}\n");
  Write("service-1.log", Line(11, "slow", "request", "r1") + submitted + Line(13, "other", "request", "r2"));
  FleetLogCollector collector(kLoggedFleet);
  ASSERT_TRUE(collector.AddPath(directory_ + "/service-1.log", nothing_).ok());
  EXPECT_THAT(Found(collector), ElementsAre("service-1.log: slow", "service-1.log: submitted"));
}

TEST_F(FleetLogCollectorTest, TheNewestAreKept) {
  std::string lines;
  for (int second = 19; second >= 10; --second) lines += Line(second, absl::StrCat("m", second), "fleet", kLoggedFleet);
  std::istringstream in(lines);
  FleetLogCollector collector(kLoggedFleet, 2);
  ASSERT_TRUE(collector.AddPath("-", in).ok());
  EXPECT_THAT(Found(collector), ElementsAre("-: m18", "-: m19"));
  EXPECT_EQ(collector.left_out(), 8);
}

TEST_F(FleetLogCollectorTest, ALineThatIsTooLongIsPassedOver) {
  Write("a.log", absl::StrCat("{\"text\":\"", std::string(3 << 20, 'x'), kLoggedFleet, "\"}\n",
                              Line(11, "after", "fleet", kLoggedFleet)));
  FleetLogCollector collector(kLoggedFleet);
  ASSERT_TRUE(collector.AddPath(directory_ + "/a.log", nothing_).ok());
  EXPECT_THAT(Found(collector), ElementsAre("a.log: after"));
}

TEST_F(FleetLogCollectorTest, WhatCannotBeReadIsNamed) {
  FleetLogCollector collector(kLoggedFleet);
  const absl::Status missing = collector.AddPath(directory_ + "/none.log", nothing_);
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()), ::testing::HasSubstr("none.log"));
  EXPECT_EQ(collector.AddPath(directory_, nothing_).code(), absl::StatusCode::kNotFound) << "there is no log in it";
  EXPECT_THAT(Found(collector), IsEmpty());
}

}  // namespace
}  // namespace fleet::cli
