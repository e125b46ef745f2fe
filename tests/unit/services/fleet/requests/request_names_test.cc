#include "services/fleet/requests/request_names.h"

#include <gmock/gmock.h>

#include "common/status/error_info.h"
#include "fleet/v1/catalog_service.pb.h"
#include "fleet/v1/fleet_service.pb.h"
#include "fleet/v1/runner_service.pb.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/services/fleet/requests/violated_fields.h"

namespace fleet::service {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(CheckNamesTest, NamesEveryFieldWithItsPathAndWhatItHolds) {
  v1::CreateFleetRequest request;
  request.set_request_id("a\u200Bb");
  request.set_workflow_ref("ops/bump-v1");
  request.add_targets()->set_repo("acme/api");
  request.add_targets()->set_repo("acme/web\u202E");
  const absl::Status status = CheckNames(request);
  EXPECT_THAT(Fields(status), ElementsAre("request_id", "targets[1].repo"));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument,
                               HasSubstr("request_id: holds the invisible character U+200B at character 2")));
  EXPECT_THAT(GetErrorInfo(status).violations[1].description, HasSubstr("U+202E at character 9"));
}

TEST(CheckNamesTest, LooksIntoListsOfTextsAndMessagesThatAreSet) {
  v1::RetryFleetRequest request;
  FLEET_EXPECT_OK(CheckNames(request));
  request.mutable_selection()->add_repos("acme/api");
  request.mutable_selection()->add_repos("a\nb");
  EXPECT_THAT(Fields(CheckNames(request)), ElementsAre("selection.repos[1]"));
  v1::UpdateFleetRequest update;
  update.mutable_update_mask()->add_paths("priority\u00AD");
  EXPECT_THAT(Fields(CheckNames(update)), ElementsAre("update_mask.paths[0]"));
}

TEST(CheckNamesTest, TextForPeopleIsNotANameAndIsJudgedByItsOwnRules) {
  v1::CreateFleetRequest request;
  request.set_task_description("one\n👩\u200D🚒");
  (*request.mutable_parameters())["x"] = "a\nb";
  FLEET_EXPECT_OK(CheckNames(request));
  v1::ReportTasksRequest reports;
  reports.add_reports()->mutable_result()->set_log_tail("\x1B[31mred");
  FLEET_EXPECT_OK(CheckNames(reports));
}

TEST(CheckNamesTest, ShowsTheFirstTwenty) {
  v1::HeartbeatRequest request;
  for (int i = 0; i < 30; ++i) request.add_held()->set_task_id("\u2060");
  EXPECT_THAT(Fields(CheckNames(request)), SizeIs(20));
}

}  // namespace
}  // namespace fleet::service
