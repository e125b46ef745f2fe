#include "cli/fleetctl/commands/watch_command.h"

#include <csignal>
#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

using WatchCommandTest = FleetctlTest;

TEST_F(WatchCommandTest, WatchGivesFiveForAnyOtherEnd) {
  for (const v1::FleetState state :
       {v1::FLEET_STATE_PARTIAL_FAILURE, v1::FLEET_STATE_FAILED, v1::FLEET_STATE_CANCELLED}) {
    AnswerSubmit(state, 4, 8);
    EXPECT_EQ(Run({"watch", kFleetId}), 5);
  }
}

TEST_F(WatchCommandTest, CtrlCStopsWatchingAndSaysHowToGoOn) {
  AnswerSubmit(v1::FLEET_STATE_COMPLETED, 12, 0);
  answers_.watch_fleet = [this](grpc::ServerContext& context, const v1::WatchFleetRequest&, WatchWriter& writer) {
    v1::WatchFleetResponse message;
    *message.mutable_fleet() = MakeFleet(v1::FLEET_STATE_RUNNING, 2);
    writer.Write(message);
    interruption_.Raise(SIGINT);
    Interruption never;
    while (!context.IsCancelled()) never.SleepFor(absl::Milliseconds(5));
    return grpc::Status::CANCELLED;
  };
  FakeServer server(answers_);
  EXPECT_EQ(RunAt("", {"watch", kFleetId, "--server", server.address()}), 130);
  EXPECT_THAT(err_, HasSubstr(absl::StrCat("fleetctl watch ", kFleetId, " --server ", server.address(), "\n")));
  EXPECT_THAT(err_, Not(HasSubstr("error")));
}

TEST_F(WatchCommandTest, WatchOfAnUnknownFleetEndsAtOnce) {
  answers_.get_fleet = [](const v1::GetFleetRequest&, v1::GetFleetResponse&) {
    return absl::NotFoundError("there is no such fleet");
  };
  EXPECT_EQ(Run({"watch", kFleetId}), 1);
  EXPECT_EQ(err_, "error: there is no such fleet\n");
}

}  // namespace
}  // namespace fleet::cli
