#include "workers/fan_out/fan_out_config.h"

#include <gmock/gmock.h>

#include "tests/support/status_matchers.h"

namespace fleet::worker {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::HasSubstr;

TEST(FanOutConfigTest, TheDefaultsAreValid) { FLEET_EXPECT_OK(FanOutConfig().Validate()); }

TEST(FanOutConfigTest, NamesTheFlagThatIsWrong) {
  FanOutConfig config;
  config.settings.lease_duration = absl::Seconds(1);
  FLEET_EXPECT_OK(config.Validate());
  config.settings.lease_duration = absl::Seconds(1) - absl::Nanoseconds(1);
  EXPECT_THAT(config.Validate(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--lease_duration")));
  config.settings.lease_duration.reset();
  config.poll_interval = absl::ZeroDuration();
  EXPECT_THAT(config.Validate(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--poll_interval")));
}

}  // namespace
}  // namespace fleet::worker
