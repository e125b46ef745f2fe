#include "workers/task_runner/runner_config.h"

#include <functional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace fleet::runner {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::StartsWith;

RunnerConfig Valid() {
  RunnerConfig config;
  config.user = "ada";
  config.name = "host";
  config.work_dir = "/tmp/work";
  return config;
}

TEST(RunnerConfigTest, TheDefaultsAreValid) { FLEET_EXPECT_OK(Valid().Validate()); }

TEST(RunnerConfigTest, NamesTheFlagThatIsWrong) {
  const struct {
    const char* flag;
    std::function<void(RunnerConfig&)> spoil;
  } cases[] = {
      {"--servers", [](RunnerConfig& c) { c.servers.clear(); }},
      {"--servers", [](RunnerConfig& c) { c.servers = {"host"}; }},
      {"--user", [](RunnerConfig& c) { c.user = "a b"; }},
      {"--name", [](RunnerConfig& c) { c.name = ""; }},
      {"--pool", [](RunnerConfig& c) { c.pool = "Big"; }},
      {"--slots", [](RunnerConfig& c) { c.slots = 0; }},
      {"--slots", [](RunnerConfig& c) { c.slots = 501; }},
      {"--work_dir", [](RunnerConfig& c) { c.work_dir = "relative"; }},
      {"--drain_timeout", [](RunnerConfig& c) { c.drain_timeout = -absl::Seconds(1); }},
      {"--disk_reserve", [](RunnerConfig& c) { c.disk_reserve.bytes = -2; }},
      {"--file_reserve", [](RunnerConfig& c) { c.disk_reserve.files = -2; }},
      {"--port_file", [](RunnerConfig& c) { c.port_file = "/tmp/ports"; }},
      {"--git_protocols", [](RunnerConfig& c) { c.git.protocols = {"ext"}; }},
      {"--git_protocols", [](RunnerConfig& c) { c.git.protocols.clear(); }},
      {"--step_env_file", [](RunnerConfig& c) { c.step_settings.environment = "/no/such/file"; }},
      {"--step_home", [](RunnerConfig& c) { c.step_settings.home = "/no/such/folder"; }},
      {"--git_config", [](RunnerConfig& c) { c.git.config_file = "/no/such/file"; }},
  };
  for (const auto& [flag, spoil] : cases) {
    RunnerConfig config = Valid();
    spoil(config);
    EXPECT_THAT(config.Validate(), StatusIs(absl::StatusCode::kInvalidArgument, StartsWith(flag)));
  }
}

}  // namespace
}  // namespace fleet::runner
