#include "services/fleet/requests/system_requests.h"

#include <gmock/gmock.h>

#include <string>

#include "tests/unit/services/fleet/requests/violated_fields.h"

namespace fleet::service {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(ValidateListRunnersTest, EveryField) {
  v1::ListRunnersRequest request;
  EXPECT_THAT(Fields(ValidateListRunners(request)), IsEmpty());
  request.set_pool("gpu");
  request.set_name(std::string(128, 'n'));
  request.add_states(v1::RUNNER_STATE_GONE);
  EXPECT_THAT(Fields(ValidateListRunners(request)), IsEmpty());
  request.set_pool("GPU");
  request.set_name(std::string(129, 'n'));
  request.add_states(v1::RUNNER_STATE_UNSPECIFIED);
  request.add_states(static_cast<v1::RunnerState>(99));
  EXPECT_THAT(Fields(ValidateListRunners(request)), ElementsAre("pool", "name", "states[1]", "states[2]"));
}

TEST(ValidateListRunnersTest, NotMoreStatesThanAnybodyNeeds) {
  v1::ListRunnersRequest request;
  for (int i = 0; i < 10; ++i) request.add_states(v1::RUNNER_STATE_LIVE);
  EXPECT_THAT(Fields(ValidateListRunners(request)), IsEmpty());
  request.add_states(v1::RUNNER_STATE_LIVE);
  EXPECT_THAT(Fields(ValidateListRunners(request)), ElementsAre("states"));
}

TEST(SystemConversionTest, AFilterIsWhatWasAsked) {
  v1::ListRunnersRequest request;
  request.set_pool("gpu");
  request.set_name("one");
  request.add_states(v1::RUNNER_STATE_LOST);
  const store::RunnerFilter filter = ToFilter(request);
  EXPECT_EQ(filter.pool, "gpu");
  EXPECT_EQ(filter.name, "one");
  EXPECT_THAT(filter.states, ElementsAre(store::RunnerState::kLost));
}

TEST(SystemConversionTest, RunnersAreToldInFull) {
  store::RunnerRecord record;
  record.name = "one";
  record.owner = "ann";
  record.pool = "gpu";
  record.version = "1.2.3";
  record.slots = 4;
  record.held_count = 3;
  record.state = store::RunnerState::kLost;
  record.registered_at = absl::FromUnixSeconds(1000);
  record.heartbeat_at = absl::FromUnixSeconds(2000);
  record.heartbeat_age = absl::Milliseconds(1500);
  record.host = "host-7";
  record.address = "192.0.2.7";
  v1::Runner proto;
  ToProto(record, proto);
  EXPECT_EQ(proto.name(), "one");
  EXPECT_EQ(proto.user(), "ann");
  EXPECT_EQ(proto.pool(), "gpu");
  EXPECT_EQ(proto.version(), "1.2.3");
  EXPECT_EQ(proto.slots(), 4);
  EXPECT_EQ(proto.held_count(), 3);
  EXPECT_EQ(proto.state(), v1::RUNNER_STATE_LOST);
  EXPECT_EQ(proto.register_time().seconds(), 1000);
  EXPECT_EQ(proto.heartbeat_time().seconds(), 2000);
  EXPECT_EQ(proto.heartbeat_age().nanos(), 500'000'000);
  EXPECT_EQ(proto.host(), "host-7");
  EXPECT_EQ(proto.address(), "192.0.2.7");
}

}  // namespace
}  // namespace fleet::service
