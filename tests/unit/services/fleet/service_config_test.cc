#include "services/fleet/service_config.h"

#include <gmock/gmock.h>

#include "tests/support/status_matchers.h"

namespace fleet::service {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::HasSubstr;

TEST(ServiceConfigTest, TheDefaultsAreValid) { FLEET_EXPECT_OK(ServiceConfig().Validate()); }

TEST(ServiceConfigTest, BelievesCallersOnLoopbackOnly) {
  ServiceConfig config;
  config.insecure_identity = true;
  for (const char* address : {"127.0.0.1:7070", "127.0.0.1:0", "127.1.2.3:1", "localhost:7070", "[::1]:7070"}) {
    config.listen = address;
    FLEET_EXPECT_OK(config.Validate()) << address;
  }
  for (const char* address : {"0.0.0.0:7070", "[::]:7070", "10.0.0.1:7070", ":7070", "example.org:7070", "",
                              "127.0.0.1.example.org:7070", "127.example.org:7070", "localhost.example.org:7070",
                              "unix:/tmp/socket", "128.0.0.1:7070", "[::1].example.org:1", "[2001:db8::1]:7070"}) {
    config.listen = address;
    EXPECT_THAT(config.Validate(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--insecure_identity")))
        << address;
  }
  config.insecure_identity = false;
  config.listen = "0.0.0.0:7070";
  FLEET_EXPECT_OK(config.Validate());
}

TEST(ServiceConfigTest, ALeaseOutlivesALostHeartbeat) {
  ServiceConfig config;
  config.heartbeat_interval = absl::Seconds(5);
  config.settings.lease_duration = absl::Seconds(10);
  FLEET_EXPECT_OK(config.Validate());
  config.settings.lease_duration = absl::Seconds(10) - absl::Nanoseconds(1);
  EXPECT_THAT(config.Validate(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--lease_duration")));
  config.heartbeat_interval = absl::ZeroDuration();
  EXPECT_THAT(config.Validate(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--heartbeat_interval")));
}

TEST(ServiceConfigTest, NoGraceIsAGraceButANegativeOneIsNot) {
  ServiceConfig config;
  config.settings.cancel_grace = absl::ZeroDuration();
  FLEET_EXPECT_OK(config.Validate());
  config.settings.cancel_grace = absl::Seconds(-1);
  EXPECT_THAT(config.Validate(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("--cancel_grace")));
}

}  // namespace
}  // namespace fleet::service
