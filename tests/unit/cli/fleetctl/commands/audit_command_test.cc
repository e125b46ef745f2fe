#include "cli/fleetctl/commands/audit_command.h"

#include <cstdint>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using AuditCommandTest = FleetctlTest;

v1::AuditEvent MakeEvent(int64_t id) {
  v1::AuditEvent event;
  event.set_event_id(id);
  event.mutable_time()->set_seconds(1'750'000'000);
  event.set_actor("alice");
  event.set_action("UpdateFleet");
  event.set_fleet_id(kFleetId);
  event.set_before("{\"priority\": 0}");
  event.set_after(
      "{\"priority\": \x1b[2J"
      "5}");
  return event;
}

TEST_F(AuditCommandTest, AuditTellsWhoDidWhat) {
  answers_.list_audit_events = [](const v1::ListAuditEventsRequest& request, v1::ListAuditEventsResponse& response) {
    EXPECT_EQ(request.fleet_id(), kFleetId);
    *response.add_events() = MakeEvent(7);
    v1::AuditEvent& first = *response.add_events() = MakeEvent(3);
    first.clear_before();
    first.set_subject("acme/shop");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"audit", kFleetId}), 0);
  EXPECT_EQ(out_,
            "TIME\tWHO\tACTION\tFLEET\tSUBJECT\tCHANGE\n"
            "2025-06-15 15:06:40Z\talice\tUpdateFleet\t01JZ0000000000000000000000\t—\t{\"priority\": 0} → "
            "{\"priority\": 5}\n"
            "2025-06-15 15:06:40Z\talice\tUpdateFleet\t01JZ0000000000000000000000\tacme/shop\t{\"priority\": 5}\n");
}

TEST_F(AuditCommandTest, AuditStopsAtItsLimit) {
  std::vector<int32_t> sizes;
  answers_.list_audit_events = [&sizes](const v1::ListAuditEventsRequest& request,
                                        v1::ListAuditEventsResponse& response) {
    sizes.push_back(request.page_size());
    EXPECT_EQ(request.fleet_id(), "");
    *response.add_events() = MakeEvent(9);
    *response.add_events() = MakeEvent(8);
    if (sizes.size() < 4) response.set_next_page_token(request.page_token() + "x");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"audit", "--limit", "3", "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["events"].size(), 3U);
  EXPECT_EQ(sizes[0], 3);
  sizes.clear();
  EXPECT_EQ(Run({"audit", "--limit", "0", "-o", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out_)["events"].size(), 8U);
  EXPECT_EQ(sizes[0], 1000);
}

TEST_F(AuditCommandTest, AnEmptyAuditIsAHeaderOrAnEmptyList) {
  answers_.list_audit_events = Refuse(absl::OkStatus());
  EXPECT_EQ(Run({"audit"}), 0);
  EXPECT_THAT(out_, HasSubstr("TIME\tWHO"));
  EXPECT_EQ(Run({"audit", "-o", "json"}), 0);
  EXPECT_EQ(out_, "{\"events\":[]}\n");
  EXPECT_THAT(err_, Not(HasSubstr("error")));
}

TEST_F(AuditCommandTest, RefusalsAreErrorsWithTheServersWords) {
  answers_.list_audit_events = Refuse(absl::PermissionDeniedError("operators only"));
  EXPECT_EQ(Run({"audit"}), 1);
  EXPECT_EQ(err_, "error: operators only\n");
  EXPECT_EQ(Run({"audit", "-o", "json"}), 1);
  EXPECT_EQ(nlohmann::json::parse(err_)["error"]["code"], "PERMISSION_DENIED");
}

}  // namespace
}  // namespace fleet::cli
