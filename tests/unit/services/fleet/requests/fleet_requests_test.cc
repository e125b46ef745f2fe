#include "services/fleet/requests/fleet_requests.h"

#include <gmock/gmock.h>

#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/domain/bounds.h"
#include "common/domain/text.h"
#include "common/rpc/grpc_status.h"
#include "common/status/error_info.h"
#include "services/fleet/requests/request_fields.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/services/fleet/requests/violated_fields.h"

namespace fleet::service {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

std::string Euros(int count) {
  std::string text;
  for (int i = 0; i < count; ++i) text += "\xE2\x82\xAC";
  return text;
}

class ValidateCreateFleetTest : public ::testing::Test {
 protected:
  ValidateCreateFleetTest() {
    request_.set_workflow_ref("ops/bump-v1");
    request_.set_task_description("bump it");
    AddTarget("acme/api");
  }
  v1::FleetTarget& AddTarget(const std::string& repo) {
    v1::FleetTarget& target = *request_.add_targets();
    target.set_repo(repo);
    return target;
  }
  std::vector<std::string> Check() const { return Fields(ValidateCreateFleet(request_)); }

  v1::CreateFleetRequest request_;
};

TEST_F(ValidateCreateFleetTest, AcceptsAPlainRequest) { EXPECT_THAT(Check(), IsEmpty()); }

TEST_F(ValidateCreateFleetTest, RequestId) {
  request_.set_request_id(std::string(128, 'x'));
  EXPECT_THAT(Check(), IsEmpty());
  request_.set_request_id(std::string(129, 'x'));
  EXPECT_THAT(Check(), ElementsAre("request_id"));
  request_.set_request_id("with space");
  EXPECT_THAT(Check(), ElementsAre("request_id"));
}

TEST_F(ValidateCreateFleetTest, WorkflowRef) {
  request_.set_workflow_ref("ops/bump-v1@1.2.3");
  EXPECT_THAT(Check(), IsEmpty());
  for (const char* ref : {"", "bump", "ops/bump", "ops/bump-v1@2.0.0", "ops/bump-v1@"}) {
    request_.set_workflow_ref(ref);
    EXPECT_THAT(Check(), ElementsAre("workflow_ref")) << ref;
  }
}

TEST_F(ValidateCreateFleetTest, Pool) {
  EXPECT_EQ(ToNewFleet(request_).pool, "") << "its workflow may name one";
  request_.set_pool("gpu-2");
  EXPECT_THAT(Check(), IsEmpty());
  EXPECT_EQ(ToNewFleet(request_).pool, "gpu-2");
  for (const char* pool : {"GPU", "2gpu", "g pu", "gpu\xe2\x80\x8b"}) {
    request_.set_pool(pool);
    EXPECT_THAT(Check(), ElementsAre("pool")) << pool;
  }
}

TEST_F(ValidateCreateFleetTest, Branch) {
  EXPECT_EQ(ToNewFleet(request_).branch, "");
  request_.set_branch("legal/licence-{{fleet}}");
  EXPECT_THAT(Check(), IsEmpty());
  EXPECT_EQ(ToNewFleet(request_).branch, "legal/licence-{{fleet}}");
  for (const char* branch : {"a..b", "-x", "refs/heads/x", "HEAD", "{{task}}", "x\u200B", "x y"}) {
    request_.set_branch(branch);
    EXPECT_THAT(Check(), ElementsAre("branch")) << branch;
  }
}

TEST_F(ValidateCreateFleetTest, TaskDescriptionIsCountedInCharacters) {
  request_.set_task_description(Euros(10000));
  EXPECT_THAT(Check(), IsEmpty());
  request_.set_task_description(Euros(10001));
  EXPECT_THAT(Check(), ElementsAre("task_description"));
  request_.set_task_description(std::string("a\0b", 3));
  EXPECT_THAT(Check(), ElementsAre("task_description"));
}

TEST_F(ValidateCreateFleetTest, Parameters) {
  for (int i = 0; i < 50; ++i) (*request_.mutable_parameters())[absl::StrCat("p", i)] = "v";
  EXPECT_THAT(Check(), IsEmpty());
  (*request_.mutable_parameters())["p50"] = "v";
  EXPECT_THAT(Check(), ElementsAre("parameters"));
}

TEST_F(ValidateCreateFleetTest, ParameterNamesAndValues) {
  (*request_.mutable_parameters())[std::string(64, 'n')] = std::string(10000, 'v');
  EXPECT_THAT(Check(), IsEmpty());
  (*request_.mutable_parameters())[std::string(65, 'n')] = "v";
  EXPECT_THAT(Check(), ElementsAre("parameters[" + std::string(64, 'n') + "]"));
  request_.mutable_parameters()->clear();
  (*request_.mutable_parameters())["1st"] = "v";
  EXPECT_THAT(Check(), ElementsAre("parameters[1st]"));
  request_.mutable_parameters()->clear();
  (*request_.mutable_parameters())["long"] = std::string(10001, 'v');
  EXPECT_THAT(Check(), ElementsAre("parameters[long]"));
}

TEST_F(ValidateCreateFleetTest, ParametersMustDifferByMoreThanCase) {
  (*request_.mutable_parameters())["name"] = "v";
  (*request_.mutable_parameters())["Name"] = "v";
  EXPECT_THAT(Check(), SizeIs(1)) << "both would be FLEET_PARAM_NAME";
}

TEST_F(ValidateCreateFleetTest, ParametersOfATarget) {
  (*request_.mutable_targets(0)->mutable_parameters())["bad name"] = "v";
  EXPECT_THAT(Check(), ElementsAre("targets[0].parameters[bad name]"));
}

TEST_F(ValidateCreateFleetTest, MaxConcurrency) {
  request_.mutable_policy()->set_max_concurrency(1);
  EXPECT_THAT(Check(), IsEmpty());
  request_.mutable_policy()->set_max_concurrency(0);
  EXPECT_THAT(Check(), ElementsAre("policy.max_concurrency"));
  request_.mutable_policy()->set_max_concurrency(-1);
  EXPECT_THAT(Check(), ElementsAre("policy.max_concurrency"));
}

TEST_F(ValidateCreateFleetTest, MaxTries) {
  for (const auto& [tries, valid] :
       {std::pair(0, false), std::pair(1, true), std::pair(10, true), std::pair(11, false)}) {
    request_.mutable_policy()->set_max_tries(tries);
    EXPECT_EQ(Check().empty(), valid) << tries;
  }
}

TEST_F(ValidateCreateFleetTest, TaskTimeout) {
  google::protobuf::Duration& timeout = *request_.mutable_policy()->mutable_task_timeout();
  timeout.set_seconds(1);
  EXPECT_THAT(Check(), IsEmpty());
  timeout.set_seconds(24 * 3600);
  EXPECT_THAT(Check(), IsEmpty());
  timeout.set_nanos(1);
  EXPECT_THAT(Check(), ElementsAre("policy.task_timeout"));
  timeout.set_seconds(0);
  timeout.set_nanos(999999999);
  EXPECT_THAT(Check(), ElementsAre("policy.task_timeout"));
  timeout.set_seconds(std::numeric_limits<int64_t>::max());
  EXPECT_THAT(Check(), ElementsAre("policy.task_timeout"));
  timeout.set_seconds(-5);
  EXPECT_THAT(Check(), ElementsAre("policy.task_timeout"));
}

TEST_F(ValidateCreateFleetTest, NoTargets) {
  request_.clear_targets();
  EXPECT_THAT(Check(), ElementsAre("targets"));
}

TEST_F(ValidateCreateFleetTest, MalformedRepositoriesAreNamedWithIndexAndValue) {
  AddTarget("no-slash");
  AddTarget("");
  AddTarget("-x/y");
  const absl::Status status = ValidateCreateFleet(request_);
  EXPECT_THAT(Fields(status), ElementsAre("targets[1].repo", "targets[2].repo", "targets[3].repo"));
  EXPECT_THAT(GetErrorInfo(status).violations[0].description, HasSubstr("\"no-slash\""));
}

TEST_F(ValidateCreateFleetTest, ADuplicateWhateverItsCaseNamesTheFirst) {
  AddTarget("acme/web");
  AddTarget("ACME/Api");
  AddTarget("acme/api");
  const absl::Status status = ValidateCreateFleet(request_);
  EXPECT_THAT(Fields(status), ElementsAre("targets[2].repo", "targets[3].repo"));
  EXPECT_THAT(GetErrorInfo(status).violations[0].description,
              AllOf(HasSubstr("\"ACME/Api\""), HasSubstr("targets[0]")));
  EXPECT_THAT(GetErrorInfo(status).violations[1].description, HasSubstr("targets[0]"));
}

TEST_F(ValidateCreateFleetTest, AsManyTargetsAsAllowed) {
  request_.clear_targets();
  for (int i = 0; i < domain::kMaxTargets; ++i) AddTarget(absl::StrCat("acme/r", i));
  EXPECT_THAT(Check(), IsEmpty());
  AddTarget("acme/one-more");
  const absl::Status status = ValidateCreateFleet(request_);
  EXPECT_THAT(Fields(status), ElementsAre("targets"));
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kInvalidArgument, AllOf(HasSubstr("100001"), HasSubstr("100000"))));
}

TEST_F(ValidateCreateFleetTest, OnlyAFleetThatGetsMoreMayBeginWithoutTargets) {
  request_.clear_targets();
  EXPECT_THAT(Check(), ElementsAre("targets"));
  request_.set_open_targets(true);
  EXPECT_THAT(Check(), IsEmpty());
  EXPECT_TRUE(ToNewFleet(request_).open_targets);
  AddTarget("nonsense");
  EXPECT_THAT(Check(), ElementsAre("targets[0].repo"));
}

TEST(ValidateAddFleetTargetsTest, APartHasANumberAndTargets) {
  v1::AddFleetTargetsRequest request;
  EXPECT_THAT(Fields(ValidateAddFleetTargets(request)), ElementsAre("part", "targets"));
  request.set_part(domain::kMaxPart);
  request.add_targets()->set_repo("acme/api");
  EXPECT_THAT(Fields(ValidateAddFleetTargets(request)), IsEmpty());
  request.set_part(domain::kMaxPart + 1);
  request.add_targets()->set_repo("Acme/API");
  (*request.mutable_targets(0)->mutable_parameters())["1"] = "";
  EXPECT_THAT(Fields(ValidateAddFleetTargets(request)),
              ElementsAre("part", "targets[0].parameters[1]", "targets[1].repo"));
}

TEST(ToNewPartTest, ItsTargetsAreComparedAndNotHowTheFleetIsWritten) {
  v1::AddFleetTargetsRequest request;
  request.set_fleet_id("01HZ0000000000000000000001");
  request.set_part(3);
  request.add_targets()->set_repo("acme/api");
  const domain::Ulid id = *domain::Ulid::Parse(request.fleet_id());
  const store::NewPart part = ToNewPart(request, id);
  EXPECT_EQ(part.part, 3);
  ASSERT_EQ(part.targets.size(), 1U);
  EXPECT_EQ(part.targets[0].repo, "acme/api");
  request.set_fleet_id("01hz0000000000000000000001");
  EXPECT_EQ(ToNewPart(request, id).fingerprint, part.fingerprint);
  (*request.mutable_targets(0)->mutable_parameters())["a"] = "b";
  EXPECT_NE(ToNewPart(request, id).fingerprint, part.fingerprint);
}

TEST_F(ValidateCreateFleetTest, AHundredThousandBadTargetsMakeASmallError) {
  request_.clear_targets();
  for (int i = 0; i < domain::kMaxTargets; ++i) AddTarget(absl::StrCat(std::string(300, 'x'), " ", i));
  const absl::Status status = ValidateCreateFleet(request_);
  EXPECT_EQ(GetErrorInfo(status).metadata.at("count"), "100000");
  const std::vector<std::string> fields = Fields(status);
  ASSERT_FALSE(fields.empty());
  EXPECT_EQ(fields.front(), "targets[0].repo");
  const grpc::Status wire = rpc::ToGrpcStatus(status);
  EXPECT_LE(wire.error_details().size(), 4096U);
  EXPECT_LE(wire.error_message().size(), 1100U);
}

TEST_F(ValidateCreateFleetTest, TwentyOffendersOfOrdinaryLengthAreAllShown) {
  request_.clear_targets();
  for (int i = 0; i < 1000; ++i) AddTarget(absl::StrCat("repository-without-owner-", i));
  const absl::Status status = ValidateCreateFleet(request_);
  EXPECT_THAT(Fields(status), SizeIs(20));
  EXPECT_LE(rpc::ToGrpcStatus(status).error_details().size(), 4096U);
}

// Protobuf refuses to read a string field that is not UTF-8: a client would lose all details.
TEST_F(ValidateCreateFleetTest, AQuotedNameIsNeverCutInsideACharacter) {
  for (int lead = 0; lead < 3; ++lead) {
    request_.clear_targets();
    request_.mutable_parameters()->clear();
    AddTarget(std::string(static_cast<std::size_t>(lead), 'a') + Euros(60));
    (*request_.mutable_parameters())[std::string(static_cast<std::size_t>(lead), 'a') + Euros(40)] = "v";
    const absl::Status status = ValidateCreateFleet(request_);
    EXPECT_TRUE(domain::IsValidUtf8(std::string(status.message())));
    const absl::Status received = rpc::FromGrpcStatus(rpc::ToGrpcStatus(status));
    EXPECT_EQ(GetErrorInfo(received).violations.size(), 2U);
    for (const FieldViolation& violation : GetErrorInfo(status).violations) {
      EXPECT_THAT(violation.field, Not(HasSubstr("\xEF\xBF\xBD")));
      EXPECT_THAT(violation.description, Not(HasSubstr("\xEF\xBF\xBD")));
    }
  }
}

TEST_F(ValidateCreateFleetTest, EverythingWrongIsToldAtOnce) {
  request_.set_request_id("no good");
  request_.set_workflow_ref("no good");
  request_.mutable_policy()->set_max_tries(0);
  request_.clear_targets();
  EXPECT_THAT(Check(), ElementsAre("request_id", "workflow_ref", "policy.max_tries", "targets"));
}

TEST(ValidateListFleetsTest, StatesAndCreator) {
  v1::ListFleetsRequest request;
  request.set_creator("ann");
  request.add_states(v1::FLEET_STATE_RUNNING);
  FLEET_EXPECT_OK(ValidateListFleets(request));
  request.add_states(v1::FLEET_STATE_UNSPECIFIED);
  request.add_states(static_cast<v1::FleetState>(99));
  request.set_creator("two words");
  EXPECT_THAT(Fields(ValidateListFleets(request)), ElementsAre("states[1]", "states[2]", "creator"));
}

TEST(ValidateListFleetTasksTest, States) {
  v1::ListFleetTasksRequest request;
  request.add_states(v1::TASK_STATE_FAILED);
  FLEET_EXPECT_OK(ValidateListFleetTasks(request));
  request.add_states(v1::TASK_STATE_UNSPECIFIED);
  request.add_states(static_cast<v1::TaskState>(99));
  EXPECT_THAT(Fields(ValidateListFleetTasks(request)), ElementsAre("states[1]", "states[2]"));
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

}  // namespace
}  // namespace fleet::service
