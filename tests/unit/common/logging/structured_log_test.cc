#include "common/logging/structured_log.h"

#include <gmock/gmock.h>

#include <csignal>
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
  StartLog("fleet-test", LogLevel::kInfo);
  const auto lines = Logged([] {
    LogInfo("fleet_expanded", {{"fleet", "01J"}, {"children", 5000}, {"seconds", 1.5}});
    LogError("gave_up", {{"status", absl::NotFoundError("gone")}});
  });

  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[0]["time"].get<std::string>(), MatchesRegex("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\\.[0-9]{6}Z"));
  EXPECT_EQ(lines[0]["level"], "info");
  EXPECT_EQ(lines[0]["source"], "fleet-test");
  EXPECT_EQ(lines[0]["message"], "fleet_expanded");
  EXPECT_EQ(lines[0]["fleet"], "01J");
  EXPECT_EQ(lines[0]["children"], 5000);
  EXPECT_EQ(lines[0]["seconds"], 1.5);
  EXPECT_EQ(lines[1]["level"], "error");
  EXPECT_EQ(lines[1]["status"], "NOT_FOUND: gone");
}

TEST(StructuredLogTest, KeepsTextThatCouldBreakTheLine) {
  const auto lines = Logged([] { LogWarning("odd", {{"text", "a\n\"b\"\x01"}, {"bytes", "\xff"}}); });

  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0]["text"], "a\n\"b\"\x01");
  EXPECT_EQ(lines[0]["bytes"], "\xEF\xBF\xBD");
}

TEST(StructuredLogTest, BoundsALongText) {
  const auto lines = Logged([] { LogWarning("odd", {{"text", std::string(100000, 'x')}}); });

  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_EQ(lines[0]["text"], std::string(4096, 'x') + "… (95904 bytes more)");
}

TEST(StructuredLogTest, AScopesFieldsAreInEveryLineOfItsThread) {
  const auto lines = Logged([] {
    const LogScope call({{"request", "r1"}, {"trace", "t1"}});
    {
      const LogScope step({{"task", "a-1"}, {"trace", "t2"}});
      LogInfo("inner", {{"task", "a-2"}});
      std::thread([] { LogInfo("elsewhere"); }).join();
    }
    LogInfo("outer");
  });

  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_EQ(lines[0]["request"], "r1");
  EXPECT_EQ(lines[0]["trace"], "t2") << "the inner one wins";
  EXPECT_EQ(lines[0]["task"], "a-2") << "and the line's own over both";
  EXPECT_FALSE(lines[1].contains("request"));
  EXPECT_EQ(lines[2]["trace"], "t1");
  EXPECT_FALSE(lines[2].contains("task"));
}

TEST(StructuredLogTest, AScopesEmptyTextIsLeftOut) {
  const auto lines = Logged([] {
    const LogScope call({{"request", "r1"}, {"trace", ""}, {"attempt", 0}});
    LogInfo("line", {{"detail", ""}});
  });

  ASSERT_THAT(lines, SizeIs(1));
  EXPECT_FALSE(lines[0].contains("trace"));
  EXPECT_EQ(lines[0]["attempt"], 0);
  EXPECT_TRUE(lines[0].contains("detail")) << "a line's own is its own matter";
}

TEST(StructuredLogTest, TheLevelSaysWhichLinesThereAre) {
  const auto lines = Logged([] {
    SetLogLevel(LogLevel::kWarning);
    LogDebug("no");
    LogInfo("no");
    LogWarning("yes");
    LogError("yes");
    SetLogLevel(LogLevel::kInfo);
    LogDebug("no");
  });
  EXPECT_THAT(lines, SizeIs(2));
  EXPECT_FALSE(LogEnabled(LogLevel::kDebug));
}

TEST(StructuredLogTest, SignalsChangeTheLevelAndTheNextLineSaysSo) {
  const auto lines = Logged([] {
    StartLog("fleet-test", LogLevel::kWarning);
    std::raise(SIGUSR1);
    LogDebug("detail");
    std::raise(SIGUSR2);
    LogInfo("no");
    LogWarning("trouble");
  });
  SetLogLevel(LogLevel::kInfo);

  ASSERT_THAT(lines, SizeIs(4));
  EXPECT_EQ(lines[0]["message"], "log_level_changed");
  EXPECT_EQ(lines[0]["debug"], "on");
  EXPECT_EQ(lines[1]["message"], "detail");
  EXPECT_EQ(lines[1]["level"], "debug");
  EXPECT_EQ(lines[2]["debug"], "off");
  EXPECT_EQ(lines[3]["message"], "trouble");
}

TEST(LogLevelTest, FlagsNameTheLevels) {
  LogLevel level = LogLevel::kInfo;
  std::string error;
  EXPECT_TRUE(AbslParseFlag("warning", &level, &error));
  EXPECT_EQ(level, LogLevel::kWarning);
  EXPECT_EQ(AbslUnparseFlag(LogLevel::kDebug), "debug");
  EXPECT_FALSE(AbslParseFlag("loud", &level, &error));
  EXPECT_EQ(error, "must be debug, info, warning or error");
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
