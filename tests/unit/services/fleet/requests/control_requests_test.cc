#include "services/fleet/requests/control_requests.h"

#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/services/fleet/requests/violated_fields.h"

namespace fleet::service {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class ValidateRetryFleetTest : public ::testing::Test {
 protected:
  std::vector<std::string> Check() { return Fields(ValidateRetryFleet(request_)); }
  v1::RetrySelection& selection() { return *request_.mutable_selection(); }
  v1::FleetAmendment& amendment() { return *request_.mutable_amendment(); }

  v1::RetryFleetRequest request_;
};

TEST_F(ValidateRetryFleetTest, NothingChosenIsEverythingThatFailed) { EXPECT_THAT(Check(), IsEmpty()); }

TEST_F(ValidateRetryFleetTest, OnlyTerminalStatesCanBeChosen) {
  for (const v1::TaskState state :
       {v1::TASK_STATE_COMPLETED, v1::TASK_STATE_FAILED, v1::TASK_STATE_CANCELLED, v1::TASK_STATE_TIMED_OUT}) {
    selection().add_states(state);
  }
  EXPECT_THAT(Check(), IsEmpty());
  selection().add_states(v1::TASK_STATE_FINALIZING);
  selection().add_states(static_cast<v1::TaskState>(11));
  EXPECT_THAT(Check(), ElementsAre("selection.states[4]", "selection.states[5]"));
}

TEST_F(ValidateRetryFleetTest, CategoriesAreThoseOfTheContract) {
  selection().add_categories(v1::FAILURE_CATEGORY_UNKNOWN);
  EXPECT_THAT(Check(), IsEmpty());
  selection().add_categories(v1::FAILURE_CATEGORY_UNSPECIFIED);
  selection().add_categories(static_cast<v1::FailureCategory>(11));
  EXPECT_THAT(Check(), ElementsAre("selection.categories[1]", "selection.categories[2]"));
}

TEST_F(ValidateRetryFleetTest, AHundredFingerprintsAndNoMore) {
  for (int i = 0; i < 100; ++i) selection().add_fingerprints("0123456789abcdef");
  EXPECT_THAT(Check(), IsEmpty());
  selection().add_fingerprints("0123456789abcdef");
  EXPECT_THAT(Check(), ElementsAre("selection.fingerprints"));
}

TEST_F(ValidateRetryFleetTest, AFingerprintIsSixteenHexadecimalDigits) {
  for (const char* wrong : {"", "0123456789abcde", "0123456789abcdef0", "0123456789abcdeg"}) {
    selection().clear_fingerprints();
    selection().add_fingerprints(wrong);
    EXPECT_THAT(Check(), ElementsAre("selection.fingerprints[0]")) << wrong;
  }
}

TEST_F(ValidateRetryFleetTest, TenThousandRepositoriesAndNoMore) {
  for (int i = 0; i < 10000; ++i) selection().add_repos(absl::StrCat("org/repo-", i));
  EXPECT_THAT(Check(), IsEmpty());
  selection().add_repos("org/one-more");
  EXPECT_THAT(Check(), ElementsAre("selection.repos"));
  selection().clear_repos();
  selection().add_repos("no-owner");
  EXPECT_THAT(Check(), ElementsAre("selection.repos[0]"));
}

TEST_F(ValidateRetryFleetTest, AmendmentKeepsTheLimitsOfASubmission) {
  amendment().set_workflow_ref("ops/bump-v2@2.0.0");
  amendment().set_task_description(std::string(10000, 't'));
  amendment().set_replace_parameters(true);
  (*amendment().mutable_parameters())["owner"] = std::string(10000, 'p');
  EXPECT_THAT(Check(), IsEmpty());
  amendment().set_workflow_ref("ops/bump");
  amendment().set_task_description(std::string(10001, 't'));
  (*amendment().mutable_parameters())["owner"] = std::string(10001, 'p');
  EXPECT_EQ(Check().size(), 3U);
}

TEST_F(ValidateRetryFleetTest, ParametersAreGivenToReplaceTheOldOnes) {
  (*amendment().mutable_parameters())["owner"] = "acme";
  EXPECT_THAT(Check(), ElementsAre("amendment.parameters"));
}

TEST_F(ValidateRetryFleetTest, RequestIdHasTheFormOfASubmissions) {
  request_.set_request_id(std::string(128, 'r'));
  EXPECT_THAT(Check(), IsEmpty());
  request_.set_request_id(std::string(129, 'r'));
  EXPECT_THAT(Check(), ElementsAre("request_id"));
}

class ValidateUpdateFleetTest : public ::testing::Test {
 protected:
  std::vector<std::string> Check(const std::string& path) {
    request_.mutable_update_mask()->clear_paths();
    request_.mutable_update_mask()->add_paths(path);
    return Fields(ValidateUpdateFleet(request_));
  }
  v1::FleetPolicy& policy() { return *request_.mutable_policy(); }

  v1::UpdateFleetRequest request_;
};

TEST_F(ValidateUpdateFleetTest, TheMaskNamesWhatIsToChange) {
  EXPECT_THAT(Fields(ValidateUpdateFleet(request_)), ElementsAre("update_mask"));
  EXPECT_THAT(Check("max_tries"), ElementsAre("update_mask"));
  EXPECT_THAT(Check("policy.priority"), ElementsAre("update_mask"));
}

TEST_F(ValidateUpdateFleetTest, OneAtOnceIsTheLeast) {
  policy().set_max_concurrency(1);
  EXPECT_THAT(Check("max_concurrency"), IsEmpty());
  policy().set_max_concurrency(0);
  EXPECT_THAT(Check("max_concurrency"), ElementsAre("policy.max_concurrency"));
  EXPECT_THAT(Check("priority"), IsEmpty()) << "what the mask does not name is not looked at";
}

TEST_F(ValidateUpdateFleetTest, PriorityHasTheRangeOfASubmissions) {
  for (const int32_t priority : {-1000, 1000}) {
    policy().set_priority(priority);
    EXPECT_THAT(Check("priority"), IsEmpty()) << priority;
    policy().set_priority(priority + priority / 1000);
    EXPECT_THAT(Check("priority"), ElementsAre("policy.priority")) << priority;
  }
}

TEST_F(ValidateUpdateFleetTest, AnAbsentDeadlineTakesItAway) {
  EXPECT_THAT(Check("deadline"), IsEmpty());
  policy().mutable_deadline()->set_nanos(-1);
  EXPECT_THAT(Check("deadline"), ElementsAre("policy.deadline"));
}

}  // namespace
}  // namespace fleet::service
