#include "cli/fleetctl/client/fleet_client.h"

#include <atomic>
#include <csignal>

#include "cli/fleetctl/client/call_failure.h"
#include "common/status/error_info.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/fake_services.h"
#include "tests/unit/cli/fleetctl/fleet_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;

class FleetClientTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::GetFleetResponse> GetFleet(std::vector<std::string> addresses,
                                                absl::Duration timeout = absl::Seconds(30)) {
    rpc::FailoverChannel servers(std::move(addresses), "alice", rpc::FailoverChannel::AfterLoss::kReplace);
    const auto note = [this](const absl::Status& failure, absl::Duration) { notices_.emplace_back(failure.message()); };
    FleetClient client(servers, {timeout, policy_, note}, interruption_, Clock::System());
    v1::GetFleetRequest request;
    request.set_fleet_id(kFleetId);
    return client.Call<v1::FleetService>(&v1::FleetService::Stub::GetFleet, request);
  }

  // Answers `failures` times with UNAVAILABLE, then well.
  FakeAnswers FailingAtFirst(int failures) {
    FakeAnswers answers;
    answers.get_fleet = [this, failures](const v1::GetFleetRequest&, v1::GetFleetResponse& response) {
      if (++calls_ <= failures) return absl::UnavailableError("draining");
      *response.mutable_fleet() = MakeFleet(v1::FLEET_STATE_RUNNING, 1);
      return absl::OkStatus();
    };
    return answers;
  }

  Patience policy_{3, absl::Milliseconds(1), absl::Milliseconds(5)};
  Interruption interruption_;
  std::atomic<int> calls_ = 0;
  std::vector<std::string> notices_;
};

TEST_F(FleetClientTest, SaysWhoAsks) {
  FakeServer server(FailingAtFirst(0));
  ASSERT_TRUE(GetFleet({server.address()}).ok());
  EXPECT_THAT(server.users(), Each("alice"));
}

TEST_F(FleetClientTest, RepeatsUnavailable) {
  FakeServer server(FailingAtFirst(2));
  const auto response = GetFleet({server.address()});
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->fleet().fleet_id(), kFleetId);
  EXPECT_EQ(calls_, 3);
}

TEST_F(FleetClientTest, GivesUpWithTheServersOwnWords) {
  FakeServer server(FailingAtFirst(100));
  const auto response = GetFleet({server.address()});
  EXPECT_EQ(response.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(response.status().message(), "draining");
  EXPECT_EQ(calls_, 3);
}

// As long as a database takes to restart, and longer.
TEST_F(FleetClientTest, GoesOnForAsLongAsTheTimeoutLasts) {
  policy_ = {};
  policy_.first_pause = policy_.longest_pause = absl::Milliseconds(1);
  FakeServer server(FailingAtFirst(200));
  const auto response = GetFleet({server.address()});
  EXPECT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(calls_, 201);
}

TEST_F(FleetClientTest, TellsOnceOfACallWithoutAnAnswer) {
  policy_.rounds = 20;
  policy_.quiet_for = absl::Milliseconds(5);
  FakeServer server(FailingAtFirst(19));
  EXPECT_TRUE(GetFleet({server.address()}).ok());
  EXPECT_EQ(notices_, std::vector<std::string>{"draining"});
  notices_.clear();
  policy_.quiet_for = absl::Minutes(1);
  calls_ = 0;
  EXPECT_TRUE(GetFleet({server.address()}).ok());
  EXPECT_TRUE(notices_.empty());
}

TEST_F(FleetClientTest, GoesOverToTheNextServer) {
  ClosedPort closed;
  FakeServer server(FailingAtFirst(0));
  EXPECT_TRUE(GetFleet({closed.address(), server.address()}).ok());
}

TEST_F(FleetClientTest, NamesEveryServerItCouldNotReach) {
  ClosedPort first;
  ClosedPort second;
  const auto response = GetFleet({first.address(), second.address()});
  EXPECT_EQ(response.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(GetErrorInfo(response.status()).reason, "SERVER_UNREACHABLE");
  EXPECT_THAT(std::string(response.status().message()), HasSubstr(first.address() + ": Connection refused"));
  EXPECT_THAT(std::string(response.status().message()), HasSubstr(second.address() + ": Connection refused"));
}

TEST_F(FleetClientTest, DoesNotRepeatARefusal) {
  FakeAnswers answers;
  answers.get_fleet = [this](const v1::GetFleetRequest&, v1::GetFleetResponse&) {
    ++calls_;
    return InvalidField("fleet_id", "is not a ULID");
  };
  FakeServer server(answers);
  const auto response = GetFleet({server.address()});
  EXPECT_EQ(response.status().code(), absl::StatusCode::kInvalidArgument);
  ASSERT_EQ(GetErrorInfo(response.status()).violations.size(), 1U);
  EXPECT_EQ(GetErrorInfo(response.status()).violations[0].field, "fleet_id");
  EXPECT_EQ(calls_, 1);
}

TEST_F(FleetClientTest, AFrozenServerLeavesTimeForAnother) {
  FakeAnswers frozen;
  Interruption thawed;
  frozen.get_fleet = [&thawed](const v1::GetFleetRequest&, v1::GetFleetResponse&) {
    thawed.SleepFor(absl::Minutes(1));
    return absl::OkStatus();
  };
  FakeServer first(frozen);
  FakeServer second(FailingAtFirst(0));
  EXPECT_TRUE(GetFleet({first.address(), second.address()}, absl::Seconds(3)).ok());
  EXPECT_EQ(calls_, 1);
  thawed.Raise(1);
}

TEST_F(FleetClientTest, TimeEndsTheRepetitions) {
  policy_.rounds = Patience().rounds;
  FakeServer server(FailingAtFirst(1'000'000'000));
  EXPECT_EQ(GetFleet({server.address()}, absl::Milliseconds(300)).status().code(), absl::StatusCode::kUnavailable);
}

TEST_F(FleetClientTest, InterruptionEndsACall) {
  FakeAnswers answers;
  answers.get_fleet = [this](const v1::GetFleetRequest&, v1::GetFleetResponse&) {
    interruption_.Raise(SIGINT);
    Interruption never;
    never.SleepFor(absl::Milliseconds(50));
    return absl::UnavailableError("too late");
  };
  FakeServer server(answers);
  EXPECT_EQ(GetFleet({server.address()}).status().code(), absl::StatusCode::kCancelled);
}

TEST(CallFailureTest, IsNeverWithoutWords) {
  EXPECT_EQ(DescribeFailure("h:1", grpc::Status(grpc::StatusCode::UNIMPLEMENTED, "")).message(),
            "h:1 answered UNIMPLEMENTED without a word");
  EXPECT_EQ(DescribeFailure("h:1", grpc::Status(grpc::StatusCode::UNAVAILABLE, "")).message(), "h:1: no connection");
  EXPECT_EQ(DescribeFailure("h:1", grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "")).message(),
            "h:1: no answer in time");
  EXPECT_EQ(DescribeFailure("h:1", grpc::Status(grpc::StatusCode::NOT_FOUND, "no fleet")).message(), "no fleet");
}

}  // namespace
}  // namespace fleet::cli
