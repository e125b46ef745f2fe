#include "services/fleet/requests/admin_requests.h"

#include <gmock/gmock.h>

#include <limits>
#include <string>
#include <vector>

#include "common/rpc/proto_time.h"
#include "tests/unit/services/fleet/requests/violated_fields.h"

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

TEST(AdminConversionTest, LimitsAreToldInFull) {
  store::LimitRecord record;
  record.name = "submit_rate_user";
  record.scope = "ann";
  record.value = 7;
  record.description = "fleets a minute";
  record.effect = domain::LimitEffect::kRefuse;
  v1::Limit proto;
  ToProto(record, proto);
  EXPECT_FALSE(proto.has_update_time()) << "it was never set";
  record.updated_at = absl::FromUnixMicros(1'700'000'000'000'001);
  record.updated_by = "olga";
  proto.Clear();
  ToProto(record, proto);
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
  v1::AuditEvent proto;
  ToProto(record, proto);
  EXPECT_EQ(proto.fleet_id(), "") << "not about one fleet";
  record.fleet_id = domain::Ulid::Generate(record.at);
  proto.Clear();
  ToProto(record, proto);
  EXPECT_EQ(proto.event_id(), 12);
  EXPECT_EQ(rpc::FromProtoTime(proto.time()), record.at);
  EXPECT_EQ(proto.actor(), "olga");
  EXPECT_EQ(proto.action(), "PauseFleet");
  EXPECT_EQ(proto.fleet_id(), record.fleet_id.ToString());
  EXPECT_EQ(proto.subject(), "all of it");
  EXPECT_EQ(proto.before(), "{}");
  EXPECT_EQ(proto.after(), record.after);
}

}  // namespace
}  // namespace fleet::service
