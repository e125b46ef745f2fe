#include "services/fleet/api/control_api.h"

#include "common/status/error_info.h"
#include "tests/unit/services/fleet/api/api_fixture.h"

namespace fleet::service {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class ControlApiTest : public ApiTest {
 protected:
  void SetUp() override {
    id_ = stores_.CreateFleet({.targets = 3}).ToString();
    stores_.ExpandAll();
  }
  void ExpectEverybodyTold() {
    EXPECT_THAT(Told(), UnorderedElementsAre("watchers", "dispatcher", "fleet_jobs", "fleet_work", "fleet_changes"));
  }

  std::string id_;
  ControlApi api_{stores_.fleets, stores_.controls, stores_.redrives, changes_};
};

TEST_F(ControlApiTest, AFleetIsPausedAndResumedInItsCallersName) {
  v1::PauseFleetRequest pause;
  pause.set_fleet_id(id_);
  v1::PauseFleetResponse paused;
  FLEET_ASSERT_OK(api_.PauseFleet(caller_, pause, paused));
  EXPECT_EQ(paused.fleet().paused_by(), "alice");
  EXPECT_EQ(paused.in_flight(), 0);
  ExpectEverybodyTold();
  v1::ResumeFleetRequest resume;
  resume.set_fleet_id(id_);
  v1::ResumeFleetResponse resumed;
  FLEET_ASSERT_OK(api_.ResumeFleet(caller_, resume, resumed));
  EXPECT_EQ(resumed.fleet().pause_reasons_size(), 0);
  ExpectEverybodyTold();
}

TEST_F(ControlApiTest, APolicyIsUpdatedByItsMask) {
  v1::UpdateFleetRequest request;
  request.set_fleet_id(id_);
  request.mutable_policy()->set_max_concurrency(2);
  v1::UpdateFleetResponse response;
  EXPECT_THAT(api_.UpdateFleet(caller_, request, response), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(Told(), IsEmpty());
  request.mutable_update_mask()->add_paths("max_concurrency");
  FLEET_ASSERT_OK(api_.UpdateFleet(caller_, request, response));
  EXPECT_EQ(response.fleet().policy().max_concurrency(), 2);
  ExpectEverybodyTold();
}

TEST_F(ControlApiTest, OneChildIsCancelled) {
  v1::CancelFleetTaskRequest request;
  request.set_fleet_id(id_);
  request.set_repo(testing::TestStores::RepoName(2));
  v1::CancelFleetTaskResponse response;
  FLEET_ASSERT_OK(api_.CancelFleetTask(caller_, request, response));
  EXPECT_EQ(response.task().state(), v1::TASK_STATE_CANCELLED);
  ExpectEverybodyTold();
}

TEST_F(ControlApiTest, AFleetIsCancelledAndRetried) {
  v1::CancelFleetRequest cancel;
  cancel.set_fleet_id(id_);
  cancel.set_mode(static_cast<v1::CancelMode>(9));
  v1::CancelFleetResponse cancelled;
  EXPECT_THAT(api_.CancelFleet(caller_, cancel, cancelled), StatusIs(absl::StatusCode::kInvalidArgument));
  cancel.set_mode(v1::CANCEL_MODE_DRAIN);
  FLEET_ASSERT_OK(api_.CancelFleet(caller_, cancel, cancelled));
  EXPECT_EQ(cancelled.fleet().cancel_mode(), v1::CANCEL_MODE_DRAIN);
  EXPECT_EQ(cancelled.fleet().cancelled_by(), "alice");
  ExpectEverybodyTold();
  stores_.SweepAll();
  v1::RetryFleetRequest retry;
  retry.set_fleet_id(id_);
  retry.set_request_id("r-1");
  v1::RetryFleetResponse retried;
  FLEET_ASSERT_OK(api_.RetryFleet(caller_, retry, retried));
  EXPECT_EQ(retried.fleet().generation(), 2);
  EXPECT_FALSE(retried.replayed());
  ExpectEverybodyTold();
  FLEET_ASSERT_OK(api_.RetryFleet(caller_, retry, retried));
  EXPECT_TRUE(retried.replayed());
}

TEST_F(ControlApiTest, AnUnknownFleetIsNotFound) {
  v1::PauseFleetRequest request;
  request.set_fleet_id("01HZ0000000000000000000001");
  v1::PauseFleetResponse response;
  EXPECT_THAT(api_.PauseFleet(caller_, request, response), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Told(), IsEmpty());
}

}  // namespace
}  // namespace fleet::service
