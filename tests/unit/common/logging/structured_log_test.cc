#include "common/logging/structured_log.h"

#include <gmock/gmock.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_split.h"
#include "nlohmann/json.hpp"

namespace fleet {
namespace {

using ::testing::MatchesRegex;
using ::testing::SizeIs;

// The lines that `log` writes, parsed.
std::vector<nlohmann::ordered_json> Logged(const std::function<void()>& log) {
  ::testing::internal::CaptureStderr();
  log();
  std::vector<nlohmann::ordered_json> lines;
  const std::string text = ::testing::internal::GetCapturedStderr();
  for (const absl::string_view line : absl::StrSplit(text, '\n', absl::SkipEmpty())) {
    lines.push_back(nlohmann::ordered_json::parse(std::string(line)));
  }
  return lines;
}

TEST(StructuredLogTest, WritesOneObjectALine) {
  SetLogComponent("fleet-test");
  const auto lines = Logged([] {
    LogInfo("fleet_expanded", {{"fleet_id", "01J"}, {"children", 5000}, {"seconds", 1.5}});
    LogError("gave_up", {{"status", absl::NotFoundError("gone")}});
  });

  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[0]["time"].get<std::string>(), MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{6}Z"));
  EXPECT_EQ(lines[0]["severity"], "INFO");
  EXPECT_EQ(lines[0]["component"], "fleet-test");
  EXPECT_EQ(lines[0]["message"], "fleet_expanded");
  EXPECT_EQ(lines[0]["fleet_id"], "01J");
  EXPECT_EQ(lines[0]["children"], 5000);
  EXPECT_EQ(lines[0]["seconds"], 1.5);
  EXPECT_EQ(lines[1]["severity"], "ERROR");
  EXPECT_EQ(lines[1]["status"], "NOT_FOUND: gone");
}

TEST(StructuredLogTest, KeepsTextThatCouldBreakTheLine) {
  const auto lines = Logged([] { LogWarning("odd", {{"text", "a\n\"b\"\x01"}, {"bytes", "\xff"}}); });

  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0]["text"], "a\n\"b\"\x01");
  EXPECT_EQ(lines[0]["bytes"], "\xEF\xBF\xBD");
}

TEST(StructuredLogTest, KeepsLinesOfSeveralThreadsWhole) {
  const auto lines = Logged([] {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) {
      threads.emplace_back([] {
        for (int j = 0; j < 100; ++j) LogInfo("line", {{"text", std::string(200, 'x')}});
      });
    }
    for (std::thread& thread : threads) thread.join();
  });
  EXPECT_THAT(lines, SizeIs(400));
}

}  // namespace
}  // namespace fleet
