#include "cli/fleetctl/commands/logs_command.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "common/rpc/grpc_status.h"
#include "common/status/error_info.h"
#include "gtest/gtest.h"
#include "tests/unit/cli/fleetctl/fleetctl_fixture.h"

namespace fleet::cli {
namespace {

using LogsCommandTest = FleetctlTest;

TEST_F(LogsCommandTest, LogsAreSanitisedAndEndWithTheReason) {
  answers_.get_fleet_task = [](const v1::GetFleetTaskRequest& request, v1::GetFleetTaskResponse& response) {
    EXPECT_EQ(request.repo(), "acme/shop");
    *response.mutable_task() = MakeTask(1, "acme/shop", v1::TASK_STATE_FAILED);
    response.set_log_tail(
        "\x1b[31mred\x1b[0m\n\x1b]0;title\x07"
        "last line");
    return absl::OkStatus();
  };
  EXPECT_EQ(Run({"logs", kFleetId, "acme/shop"}), 0);
  EXPECT_EQ(out_, "red\nlast line\nacme/shop: FAILED, attempt 1, agent: step \"check\" exited with 1\n");
  EXPECT_EQ(err_, "");
}

TEST_F(LogsCommandTest, SaysWhyThereIsNoLogYet) {
  const auto answer = [this](v1::TaskState state, const std::string& log) {
    answers_.get_fleet_task = [=](const v1::GetFleetTaskRequest&, v1::GetFleetTaskResponse& response) {
      *response.mutable_task() = MakeTask(1, "acme/shop", state);
      response.mutable_task()->set_attempt(2);
      response.set_log_tail(log);
      return absl::OkStatus();
    };
    EXPECT_EQ(Run({"logs", kFleetId, "acme/shop"}), 0);
    return err_;
  };
  EXPECT_EQ(answer(v1::TASK_STATE_RUNNING, ""), "None yet: running.\n");
  EXPECT_EQ(answer(v1::TASK_STATE_AWAITING_APPROVAL, ""), "None yet: awaiting approval.\n");
  EXPECT_EQ(answer(v1::TASK_STATE_QUEUED, ""), "None yet: queued.\n");
  EXPECT_EQ(answer(v1::TASK_STATE_COMPLETED, ""), "No log was kept.\n");
  // What is shown is of an attempt that has ended.
  EXPECT_EQ(answer(v1::TASK_STATE_RUNNING, "old\n"), "The log of the attempt before; attempt 2: running.\n");
  EXPECT_EQ(answer(v1::TASK_STATE_QUEUED, "old\n"), "The log of the last attempt; another one is queued.\n");
}

class FollowLogTest : public FleetctlTest {
 protected:
  // A message with text alone.
  static v1::FollowTaskLogResponse Text(int64_t offset, const std::string& text, int64_t skipped = 0) {
    v1::FollowTaskLogResponse message;
    message.set_attempt(1);
    message.set_offset(offset);
    message.set_text(text);
    message.set_skipped_bytes(skipped);
    return message;
  }
  static v1::FollowTaskLogResponse State(v1::TaskState state) {
    v1::FollowTaskLogResponse message;
    *message.mutable_task() = MakeTask(1, "acme/shop", state);
    return message;
  }
  // Each list is what one stream sends; all but the last then end as if the server went away.
  void AnswerWith(std::vector<std::vector<v1::FollowTaskLogResponse>> streams) {
    answers_.follow_task_log = [this, streams = std::move(streams)](
                                   grpc::ServerContext&, const v1::FollowTaskLogRequest& request, LogWriter& writer) {
      const std::size_t number = requests_.size();
      requests_.push_back(request);
      if (number >= streams.size()) return grpc::Status(grpc::StatusCode::NOT_FOUND, "asked too often");
      for (const v1::FollowTaskLogResponse& message : streams[number]) writer.Write(message);
      return number + 1 < streams.size() ? grpc::Status(grpc::StatusCode::UNAVAILABLE, "gone") : grpc::Status::OK;
    };
    answers_.get_fleet_task = [](const v1::GetFleetTaskRequest&, v1::GetFleetTaskResponse& response) {
      *response.mutable_task() = MakeTask(1, "acme/shop", v1::TASK_STATE_FAILED);
      response.set_log_tail("the stored log\n");
      return absl::OkStatus();
    };
  }

  std::vector<v1::FollowTaskLogRequest> requests_;
};

TEST_F(FollowLogTest, PrintsWhatComesAndEndsWithTheReason) {
  AnswerWith(
      {{State(v1::TASK_STATE_RUNNING), Text(0, "one\n"), Text(4, "\x1b[31mtwo\x1b[0m"), State(v1::TASK_STATE_FAILED)}});
  EXPECT_EQ(Run({"logs", kFleetId, "acme/shop", "--follow"}), 0);
  EXPECT_EQ(out_, "one\ntwo\nacme/shop: FAILED, attempt 1, agent: step \"check\" exited with 1\n");
  EXPECT_EQ(err_, "acme/shop: attempt 1, running\n");
  ASSERT_EQ(requests_.size(), 1U);
  EXPECT_EQ(requests_[0].repo(), "acme/shop");
}

TEST_F(FollowLogTest, SaysHowMuchWasSkipped) {
  AnswerWith(
      {{State(v1::TASK_STATE_RUNNING), Text(0, "one"), Text(1003, "two\n", 1000), State(v1::TASK_STATE_COMPLETED)}});
  EXPECT_EQ(Run({"logs", kFleetId, "acme/shop", "--follow"}), 0);
  EXPECT_EQ(out_.substr(0, out_.find("acme/shop")), "one\n… 1000 bytes skipped\ntwo\n");
}

TEST_F(FollowLogTest, GoesOnAfterWhatItSawThroughTheLossOfAServer) {
  AnswerWith({{State(v1::TASK_STATE_RUNNING), Text(0, "one\n")}, {Text(4, "two\n"), State(v1::TASK_STATE_COMPLETED)}});
  EXPECT_EQ(Run({"logs", kFleetId, "acme/shop", "--follow"}), 0);
  EXPECT_EQ(out_.substr(0, out_.find("acme/shop")), "one\ntwo\n");
  ASSERT_EQ(requests_.size(), 2U);
  EXPECT_EQ(requests_[1].after_attempt(), 1);
  EXPECT_EQ(requests_[1].after_offset(), 4);
}

TEST_F(FollowLogTest, OfWhatHasEndedTheStoredLogIsShown) {
  AnswerWith({{State(v1::TASK_STATE_FAILED)}});
  EXPECT_EQ(Run({"logs", kFleetId, "acme/shop", "--follow"}), 0);
  EXPECT_EQ(out_, "the stored log\nacme/shop: FAILED, attempt 1, agent: step \"check\" exited with 1\n");
  EXPECT_EQ(err_, "");
}

TEST_F(FollowLogTest, WaitsForAChildThatIsStillToBeEnqueued) {
  AnswerWith({{State(v1::TASK_STATE_COMPLETED)}});
  answers_.follow_task_log = [follow = answers_.follow_task_log, early = 2](grpc::ServerContext& context,
                                                                            const v1::FollowTaskLogRequest& request,
                                                                            LogWriter& writer) mutable {
    if (early-- > 0)
      return rpc::ToGrpcStatus(MakeError(absl::StatusCode::kNotFound, "early", {"TASK_NOT_ENQUEUED", {}, {}}));
    return follow(context, request, writer);
  };
  EXPECT_EQ(Run({"logs", kFleetId, "acme/shop", "--follow"}), 0);
  EXPECT_EQ(err_, "acme/shop is not enqueued yet; waiting for it\n");
  EXPECT_EQ(requests_.size(), 1U);
}

TEST_F(FollowLogTest, ARefusalIsNotTriedAgain) {
  answers_.follow_task_log = [this](grpc::ServerContext&, const v1::FollowTaskLogRequest& request, LogWriter&) {
    requests_.push_back(request);
    return rpc::ToGrpcStatus(
        MakeError(absl::StatusCode::kResourceExhausted, "100 are followed", {"LOG_FOLLOWERS_LIMIT", {}, {}}));
  };
  EXPECT_EQ(Run({"logs", kFleetId, "acme/shop", "--follow"}), 1);
  EXPECT_NE(err_.find("100 are followed"), std::string::npos) << err_;
  EXPECT_EQ(requests_.size(), 1U);
}

TEST_F(FollowLogTest, ForProgramsEveryMessageIsALine) {
  AnswerWith({{State(v1::TASK_STATE_RUNNING), Text(0, "one\n"), State(v1::TASK_STATE_COMPLETED)}});
  EXPECT_EQ(Run({"logs", kFleetId, "acme/shop", "--follow", "-o", "json"}), 0);
  EXPECT_EQ(std::count(out_.begin(), out_.end(), '\n'), 3);
  EXPECT_NE(out_.find(R"("one\n")"), std::string::npos) << out_;
}

}  // namespace
}  // namespace fleet::cli
