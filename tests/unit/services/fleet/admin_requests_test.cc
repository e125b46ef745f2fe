// What AdminService is asked and answers, and the policy of a fleet that controls set.
#include <gmock/gmock.h>

#include <limits>
#include <string>
#include <vector>

#include "common/rpc/proto_time.h"
#include "services/fleet/proto_conversion.h"
#include "services/fleet/request_validation.h"
#include "tests/unit/services/fleet/violated_fields.h"

namespace fleet::service {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::string> CheckLimit(const std::string& name, const std::string& scope, int64_t value) {
  v1::SetLimitRequest request;
  request.set_name(name);
  request.set_scope(scope);
  request.set_value(value);
  return Fields(ValidateSetLimit(request));
}

TEST(ValidateSetLimitTest, NameScopeAndValue) {
  EXPECT_THAT(CheckLimit("user_active", "", 0), IsEmpty());
  EXPECT_THAT(CheckLimit("user_active", "alice@example.com", std::numeric_limits<int64_t>::max()), IsEmpty());
  EXPECT_THAT(CheckLimit(std::string(100, 'n'), std::string(128, 's'), 1), IsEmpty());
  EXPECT_THAT(CheckLimit(std::string(101, 'n'), "", 1), ElementsAre("name"));
  EXPECT_THAT(CheckLimit("user_active", std::string(129, 's'), 1), ElementsAre("scope"));
  EXPECT_THAT(CheckLimit("", "a b", -1), ElementsAre("name", "scope", "value"));
}

TEST(ValidateSetLimitTest, TheKindOfAScopeNeedsAScope) {
  v1::SetLimitRequest request;
  request.set_name("user_active");
  request.set_scope_kind(v1::SCOPE_KIND_USER);
  EXPECT_THAT(Fields(ValidateSetLimit(request)), ElementsAre("scope_kind"));
  request.set_scope("alice");
  EXPECT_TRUE(ValidateSetLimit(request).ok());
  request.set_scope_kind(static_cast<v1::ScopeKind>(3));
  EXPECT_THAT(Fields(ValidateSetLimit(request)), ElementsAre("scope_kind"));
}

TEST(ValidateSetLimitTest, TheValueMayBeAbsent) {
  v1::SetLimitRequest request;
  request.set_name("user_active");
  EXPECT_TRUE(ValidateSetLimit(request).ok());
}

v1::CreateFleetRequest Request() {
  v1::CreateFleetRequest request;
  request.set_workflow_ref("ops/bump-v1");
  request.add_targets()->set_repo("acme/api");
  return request;
}

TEST(ValidatePolicyTest, Priority) {
  v1::CreateFleetRequest request = Request();
  for (const int32_t priority : {-1000, 0, 1000}) {
    request.mutable_policy()->set_priority(priority);
    EXPECT_TRUE(ValidateCreateFleet(request).ok()) << priority;
  }
  for (const int32_t priority : {-1001, 1001, std::numeric_limits<int32_t>::min()}) {
    request.mutable_policy()->set_priority(priority);
    EXPECT_THAT(Fields(ValidateCreateFleet(request)), ElementsAre("policy.priority")) << priority;
  }
}

TEST(ValidatePolicyTest, Deadline) {
  v1::CreateFleetRequest request = Request();
  google::protobuf::Timestamp& deadline = *request.mutable_policy()->mutable_deadline();
  deadline.set_seconds(253402300799);
  deadline.set_nanos(999999999);
  EXPECT_TRUE(ValidateCreateFleet(request).ok());
  deadline.set_seconds(1);
  EXPECT_TRUE(ValidateCreateFleet(request).ok()) << "whether it has passed is not for the request to say";
  for (const auto& [seconds, nanos] :
       {std::pair<int64_t, int32_t>(253402300800, 0), {-62135596801, 0}, {1, -1}, {1, 1000000000}}) {
    deadline.set_seconds(seconds);
    deadline.set_nanos(nanos);
    EXPECT_THAT(Fields(ValidateCreateFleet(request)), ElementsAre("policy.deadline")) << seconds << " " << nanos;
  }
}

TEST(AdminConversionTest, LimitsAreToldInFull) {
  store::LimitRecord record;
  record.name = "submit_rate_user";
  record.scope = "ann";
  record.value = 7;
  record.description = "fleets a minute";
  record.effect = domain::LimitEffect::kRefuse;
  v1::Limit proto = ToProto(record);
  EXPECT_FALSE(proto.has_update_time()) << "it was never set";
  record.updated_at = absl::FromUnixMicros(1'700'000'000'000'001);
  record.updated_by = "olga";
  proto = ToProto(record);
  EXPECT_EQ(proto.name(), "submit_rate_user");
  EXPECT_EQ(proto.scope(), "ann");
  EXPECT_EQ(proto.value(), 7);
  EXPECT_EQ(proto.description(), "fleets a minute");
  EXPECT_EQ(proto.effect(), v1::LIMIT_EFFECT_REFUSE);
  EXPECT_EQ(rpc::FromProtoTime(proto.update_time()), record.updated_at);
  EXPECT_EQ(proto.updated_by(), "olga");
}

TEST(AdminConversionTest, AuditEventsAreToldInFull) {
  store::AuditRecord record;
  record.event_id = 12;
  record.at = absl::FromUnixSeconds(1'700'000'000);
  record.actor = "olga";
  record.action = "PauseFleet";
  record.subject = "all of it";
  record.before = "{}";
  record.after = R"({"paused":"true"})";
  EXPECT_EQ(ToProto(record).fleet_id(), "") << "not about one fleet";
  record.fleet_id = domain::Ulid::Generate(record.at);
  const v1::AuditEvent proto = ToProto(record);
  EXPECT_EQ(proto.event_id(), 12);
  EXPECT_EQ(rpc::FromProtoTime(proto.time()), record.at);
  EXPECT_EQ(proto.actor(), "olga");
  EXPECT_EQ(proto.action(), "PauseFleet");
  EXPECT_EQ(proto.fleet_id(), record.fleet_id.ToString());
  EXPECT_EQ(proto.subject(), "all of it");
  EXPECT_EQ(proto.before(), "{}");
  EXPECT_EQ(proto.after(), record.after);
}

TEST(AdminConversionTest, AFleetTellsItsPriorityAndDeadline) {
  store::FleetRecord record;
  record.fleet.policy.priority = -3;
  EXPECT_FALSE(ToProto(record).policy().has_deadline());
  record.fleet.policy.deadline = absl::FromUnixMicros(1'700'000'000'500'000);
  const v1::FleetPolicy policy = ToProto(record).policy();
  EXPECT_EQ(policy.priority(), -3);
  EXPECT_EQ(rpc::FromProtoTime(policy.deadline()), record.fleet.policy.deadline);
}

}  // namespace
}  // namespace fleet::service
