#include "services/fleet/requests/advice.h"

#include <gmock/gmock.h>

#include "common/status/error_info.h"

namespace fleet::service {
namespace {

TEST(AdviceTest, NamesTheCommandThatHelpsAndKeepsEverythingElse) {
  const absl::Status said = WithAdvice(
      MakeError(absl::StatusCode::kFailedPrecondition, "1 repository is not registered, first a/b; import them first",
                {"REPO_NOT_ONBOARDED", {{"count", "1"}}, {{"targets[0].repo", "no"}}}));
  EXPECT_EQ(said.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(said.message(), "1 repository is not registered, first a/b; import them first (fleetctl repo import)");
  EXPECT_EQ(GetErrorInfo(said).metadata.at("count"), "1");
  EXPECT_EQ(GetErrorInfo(said).violations.at(0).field, "targets[0].repo");
}

TEST(AdviceTest, WhatNoCommandHelpsWithStaysAsItIs) {
  const absl::Status plain = absl::UnavailableError("try again");
  EXPECT_EQ(WithAdvice(plain), plain);
  EXPECT_TRUE(WithAdvice(absl::OkStatus()).ok());
}

TEST(AdviceTest, APausedFleetSaysHowToContinueIt) {
  domain::Fleet fleet;
  EXPECT_EQ(WithAdvice({domain::WaitReason::kPaused, "paused by bob"}, fleet),
            "paused by bob; continue it with fleetctl resume " + fleet.id.ToString());
  EXPECT_EQ(WithAdvice({domain::WaitReason::kBackoff, "a backoff"}, fleet), "a backoff");
}

}  // namespace
}  // namespace fleet::service
