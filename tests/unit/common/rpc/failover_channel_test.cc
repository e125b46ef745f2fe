#include "common/rpc/failover_channel.h"

#include <map>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleet::rpc {
namespace {

using ::testing::ElementsAre;
using AfterLoss = FailoverChannel::AfterLoss;

grpc::Status Lost() { return {grpc::StatusCode::UNAVAILABLE, "lost"}; }

// Nothing here connects: who is asked shows in the channel that the call is handed.
class FailoverChannelTest : public ::testing::Test {
 protected:
  FailoverChannelTest() : servers_({"a:1", "b:1", "c:1"}, "alice", AfterLoss::kKeep) {
    for (std::size_t i = 0; i < servers_.size(); ++i) {
      const FailoverChannel::Server server = servers_.InUse();
      addresses_[server.channel.get()] = server.address;
      servers_.MoveOn(server);
    }
  }

  // Asks, and writes down who was asked.
  grpc::Status Ask() {
    asked_.clear();
    return servers_.Ask(absl::Seconds(5), [&](const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext&) {
      asked_.push_back(addresses_.at(channel.get()));
      return answers_[asked_.back()];
    });
  }

  FailoverChannel servers_;
  std::map<const grpc::Channel*, std::string> addresses_;
  std::map<std::string, grpc::Status> answers_;  // those that a test leaves out answer well
  std::vector<std::string> asked_;
};

TEST_F(FailoverChannelTest, TheServerThatAnsweredIsAskedFirst) {
  EXPECT_TRUE(Ask().ok());
  EXPECT_THAT(asked_, ElementsAre("a:1"));
  answers_["a:1"] = Lost();
  answers_["b:1"] = grpc::Status(grpc::StatusCode::DEADLINE_EXCEEDED, "late");
  EXPECT_TRUE(Ask().ok());
  EXPECT_THAT(asked_, ElementsAre("a:1", "b:1", "c:1"));
  EXPECT_TRUE(Ask().ok());
  EXPECT_THAT(asked_, ElementsAre("c:1"));
}

TEST_F(FailoverChannelTest, ARefusalIsAnAnswer) {
  answers_["a:1"] = Lost();
  answers_["b:1"] = grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "no");
  EXPECT_EQ(Ask().error_code(), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_THAT(asked_, ElementsAre("a:1", "b:1"));
  EXPECT_EQ(servers_.InUse().address, "b:1");
}

TEST_F(FailoverChannelTest, EachIsAskedOnceAndTheLastErrorReturned) {
  answers_ = {{"a:1", Lost()}, {"b:1", Lost()}, {"c:1", {grpc::StatusCode::UNAVAILABLE, "the last"}}};
  EXPECT_EQ(Ask().error_message(), "the last");
  EXPECT_THAT(asked_, ElementsAre("a:1", "b:1", "c:1"));
  EXPECT_EQ(servers_.InUse().address, "a:1");
}

TEST_F(FailoverChannelTest, OnlyTheFirstToLoseAServerMovesOn) {
  const FailoverChannel::Server server = servers_.InUse();
  servers_.MoveOn(server);
  servers_.MoveOn(server);
  EXPECT_EQ(servers_.InUse().address, "b:1");
}

TEST_F(FailoverChannelTest, AConnectionIsKeptOrReplaced) {
  const auto kept = servers_.InUse().channel;
  for (int i = 0; i < 3; ++i) servers_.MoveOn(servers_.InUse());
  EXPECT_EQ(servers_.InUse().channel, kept);
  FailoverChannel replaced({"a:1"}, "alice", AfterLoss::kReplace);
  const FailoverChannel::Server before = replaced.InUse();
  EXPECT_EQ(replaced.InUse().channel, before.channel);
  replaced.MoveOn(before);
  const auto after = replaced.InUse().channel;
  EXPECT_NE(after, before.channel);
  // Who lost the old connection late must not cost the new one.
  replaced.MoveOn(before);
  EXPECT_EQ(replaced.InUse().channel, after);
}

TEST_F(FailoverChannelTest, BeginsWhereItIsTold) {
  EXPECT_EQ(FailoverChannel({"a:1", "b:1"}, "alice", AfterLoss::kKeep, 3).InUse().address, "b:1");
}

TEST_F(FailoverChannelTest, EveryCallHasADeadlineUnlessItIsInfinite) {
  grpc::ClientContext timed;
  servers_.Prepare(timed, absl::Seconds(5));
  EXPECT_LT(timed.deadline(), std::chrono::system_clock::now() + std::chrono::seconds(6));
  grpc::ClientContext endless;
  servers_.Prepare(endless, absl::InfiniteDuration());
  EXPECT_EQ(endless.deadline(), std::chrono::system_clock::time_point::max());
}

}  // namespace
}  // namespace fleet::rpc
