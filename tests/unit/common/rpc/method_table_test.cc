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

struct FakeApi {
  template <typename Request, typename Response>
  absl::Status Unary(const domain::Caller&, const Request&, Response&) {
    return absl::OkStatus();
  }
  void Later(const domain::Caller&, const v1::ListLimitsRequest&, v1::ListLimitsResponse&, const PendingCall&) {}
  std::unique_ptr<StreamSession> Stream(const domain::Caller&, const v1::ListLimitsRequest&, Wake) { return nullptr; }
};

constexpr auto kSetLimit = &FakeApi::Unary<v1::SetLimitRequest, v1::SetLimitResponse>;
constexpr auto kListAuditEvents = &FakeApi::Unary<v1::ListAuditEventsRequest, v1::ListAuditEventsResponse>;

class MethodTableTest : public ::testing::Test {
 protected:
  // All that AdminService has but ListLimits.
  void AddOthers() {
    table_.Add("fleet.v1.AdminService/SetLimit", api_, kSetLimit, pool_);
    table_.Add("fleet.v1.AdminService/ListAuditEvents", api_, kListAuditEvents, pool_);
  }
  void ExpectProblem(const std::string& problem) {
    EXPECT_THAT(table_.Check(), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr(problem)));
  }

  FakeApi api_;
  ThreadPool pool_{1, 1};
  MethodTable table_{{"fleet.v1.AdminService"}};
};

TEST_F(MethodTableTest, ATableWithARowForEveryMethodIsComplete) {
  AddOthers();
  table_.AddPending("fleet.v1.AdminService/ListLimits", api_, &FakeApi::Later);
  EXPECT_THAT(table_.Check(), IsOk());
  EXPECT_EQ(table_.MethodsOf("fleet.v1.AdminService").size(), 3U);
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
  table_.Add("fleet.v1.AdminService/ListLimits", api_, &FakeApi::Unary<v1::SetLimitRequest, v1::ListLimitsResponse>,
             pool_);
  ExpectProblem("ListLimits takes fleet.v1.ListLimitsRequest");
  MethodTable table({"fleet.v1.AdminService"});
  table.Add("fleet.v1.AdminService/ListLimits", api_, &FakeApi::Unary<v1::ListLimitsRequest, v1::SetLimitResponse>,
            pool_);
  EXPECT_THAT(table.Check(), StatusIs(absl::StatusCode::kFailedPrecondition,
                                      HasSubstr("ListLimits gives fleet.v1.ListLimitsResponse")));
}

TEST_F(MethodTableTest, AStreamIsNotServedAsACallNorACallAsAStream) {
  table_.AddStream<v1::ListLimitsResponse>("fleet.v1.AdminService/ListLimits", api_, &FakeApi::Stream, pool_);
  ExpectProblem("ListLimits is no stream");
  MethodTable table({"fleet.v1.FleetService"});
  table.Add("fleet.v1.FleetService/WatchFleet", api_, &FakeApi::Unary<v1::WatchFleetRequest, v1::WatchFleetResponse>,
            pool_);
  EXPECT_THAT(table.Check(), StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("WatchFleet is a stream")));
}

}  // namespace
}  // namespace fleet::rpc
