#include "common/rpc/method_table.h"

#include <gmock/gmock.h>

#include "fleet/v1/admin_service.pb.h"
#include "fleet/v1/fleet_service.pb.h"
#include "tests/support/status_matchers.h"

namespace fleet::rpc {
namespace {

using ::fleet::testing::IsOk;
using ::fleet::testing::StatusIs;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

struct TableApi {
  template <typename Request, typename Response>
  absl::Status Unary(const domain::Caller&, const Request&, Response&) {
    return absl::OkStatus();
  }
  void Later(const domain::Caller&, const v1::ListLimitsRequest&, v1::ListLimitsResponse&, const PendingCall&) {}
  std::unique_ptr<StreamSession> Stream(const domain::Caller&, const v1::ListLimitsRequest&, Wake) { return nullptr; }
};

constexpr auto kSetLimit = &TableApi::Unary<v1::SetLimitRequest, v1::SetLimitResponse>;
constexpr auto kListAuditEvents = &TableApi::Unary<v1::ListAuditEventsRequest, v1::ListAuditEventsResponse>;

class MethodTableTest : public ::testing::Test {
 protected:
  // All that AdminService has but ListLimits.
  void AddOthers() {
    table_.Add("fleet.v1.AdminService/SetLimit", api_, kSetLimit, pool_);
    table_.Add("fleet.v1.AdminService/ListAuditEvents", api_, kListAuditEvents, pool_);
    table_.Add("fleet.v1.AdminService/ListRunners", api_,
               &TableApi::Unary<v1::ListRunnersRequest, v1::ListRunnersResponse>, pool_);
    table_.Add("fleet.v1.AdminService/GetRunner", api_, &TableApi::Unary<v1::GetRunnerRequest, v1::GetRunnerResponse>,
               pool_);
    table_.Add("fleet.v1.AdminService/GetSystemStatus", api_,
               &TableApi::Unary<v1::GetSystemStatusRequest, v1::GetSystemStatusResponse>, pool_);
  }
  void ExpectProblem(const std::string& problem) {
    EXPECT_THAT(table_.Check(), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(problem)));
  }

  TableApi api_;
  ThreadPool pool_{1, 1};
  MethodTable table_{{"fleet.v1.AdminService"}};
};

TEST_F(MethodTableTest, ATableWithARowForEveryMethodIsComplete) {
  AddOthers();
  table_.AddPending("fleet.v1.AdminService/ListLimits", api_, &TableApi::Later);
  EXPECT_THAT(table_.Check(), IsOk());
  EXPECT_EQ(table_.MethodsOf("fleet.v1.AdminService").size(), 6U);
}

TEST_F(MethodTableTest, AMethodWithoutARowIsNamedAndOthersAreNot) {
  AddOthers();
  EXPECT_THAT(table_.Check(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("fleet.v1.AdminService/ListLimits has no row"), Not(HasSubstr("SetLimit")))));
}

TEST_F(MethodTableTest, ARowWithoutAMethodIsNamed) {
  for (const char* name : {"fleet.v1.AdminService/Reboot", "fleet.v1.CatalogService/GetWorkflow", "SetLimit", ""}) {
    MethodTable table({"fleet.v1.AdminService"});
    table.Add(name, api_, kSetLimit, pool_);
    EXPECT_THAT(table.Check(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                        HasSubstr(std::string(name) + " is no method that is served")));
  }
}

TEST_F(MethodTableTest, AServiceThatIsNoneIsNamed) {
  EXPECT_THAT(MethodTable({"fleet.v1.Nothing"}).Check(),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("fleet.v1.Nothing is no service")));
}

TEST_F(MethodTableTest, TwoRowsForOneMethodAreRefused) {
  AddOthers();
  AddOthers();
  ExpectProblem("fleet.v1.AdminService/SetLimit has two rows");
}

TEST_F(MethodTableTest, AHandlerOfOtherMessagesIsRefused) {
  table_.Add("fleet.v1.AdminService/ListLimits", api_, &TableApi::Unary<v1::SetLimitRequest, v1::ListLimitsResponse>,
             pool_);
  ExpectProblem("ListLimits takes fleet.v1.ListLimitsRequest");
  MethodTable table({"fleet.v1.AdminService"});
  table.Add("fleet.v1.AdminService/ListLimits", api_, &TableApi::Unary<v1::ListLimitsRequest, v1::SetLimitResponse>,
            pool_);
  EXPECT_THAT(table.Check(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                      HasSubstr("ListLimits gives fleet.v1.ListLimitsResponse")));
}

TEST_F(MethodTableTest, AStreamIsNotServedAsACallNorACallAsAStream) {
  table_.AddStream<v1::ListLimitsResponse>("fleet.v1.AdminService/ListLimits", api_, &TableApi::Stream, pool_);
  ExpectProblem("ListLimits is no stream");
  MethodTable table({"fleet.v1.FleetService"});
  table.Add("fleet.v1.FleetService/WatchFleet", api_, &TableApi::Unary<v1::WatchFleetRequest, v1::WatchFleetResponse>,
            pool_);
  EXPECT_THAT(table.Check(), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("WatchFleet is a stream")));
}

// What a handler of each kind makes of a request that the check refuses, and of one that it lets pass.
TEST(MethodTableCheckTest, ARefusedRequestReachesNoHandlerOfAnyKind) {
  TableApi api;
  ThreadPool pool(1, 1);
  MethodTable table({"fleet.v1.AdminService"}, [](const google::protobuf::Message& request) {
    const bool bad = static_cast<const v1::SetLimitRequest&>(request).name() == "bad";
    return bad ? absl::InvalidArgumentError("name: is bad") : absl::OkStatus();
  });
  table.Add("fleet.v1.AdminService/SetLimit", api, kSetLimit, pool);
  const auto& handle = std::get<Method::Unary>(table.MethodsOf("fleet.v1.AdminService")[0]->handler);
  v1::SetLimitRequest request;
  v1::SetLimitResponse response;
  EXPECT_THAT(handle({"alice"}, request, response), IsOk());
  request.set_name("bad");
  EXPECT_THAT(handle({"alice"}, request, response), StatusIs(absl::StatusCode::kInvalidArgument, "name: is bad"));
}

TEST(MethodTableCheckTest, OneThatAnswersLaterAndAStreamAreRefusedAtOnce) {
  TableApi api;
  ThreadPool pool(1, 1);
  MethodTable table({"fleet.v1.AdminService"},
                    [](const google::protobuf::Message&) { return absl::InvalidArgumentError("is bad"); });
  table.AddPending("fleet.v1.AdminService/ListLimits", api, &TableApi::Later);
  table.AddStream<v1::ListLimitsResponse>("fleet.v1.AdminService/SetLimit", api, &TableApi::Stream, pool);
  const auto methods = table.MethodsOf("fleet.v1.AdminService");
  v1::ListLimitsResponse response;
  absl::Status answer;
  std::get<Method::Pending>(methods[0]->handler)({"alice"}, v1::ListLimitsRequest(), response,
                                                 {{}, {}, [&](const absl::Status& status) { answer = status; }});
  EXPECT_THAT(answer, StatusIs(absl::StatusCode::kInvalidArgument, "is bad"));
  const auto session = std::get<Method::Stream>(methods[1]->handler)({"alice"}, v1::ListLimitsRequest(), [] {});
  ASSERT_NE(session, nullptr);
  const StreamStep step = session->Step();
  EXPECT_EQ(step.kind, StreamStep::Kind::kEnd);
  EXPECT_THAT(step.status, StatusIs(absl::StatusCode::kInvalidArgument, "is bad"));
}

}  // namespace
}  // namespace fleet::rpc
