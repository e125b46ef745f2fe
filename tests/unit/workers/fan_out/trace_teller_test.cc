#include "workers/fan_out/trace_teller.h"

#include <gmock/gmock.h>

#include <map>
#include <string>
#include <vector>

#include "common/domain/fleet_trace.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"
#include "workers/fan_out/job_reporter.h"

namespace fleet::worker {
namespace {

using domain::TaskState;
using ::fleet::testing::IsOkAndHolds;

constexpr char kSampled[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
constexpr char kUnsampled[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00";

class TraceTellerTest : public ::testing::Test {
 protected:
  // A fleet of so many repositories that ended.
  domain::Ulid EndFleet(int targets, const std::string& traceparent) {
    store::NewFleet fleet = stores_.NewFleet({.targets = targets});
    fleet.traceparent = traceparent;
    FLEET_EXPECT_OK(stores_.fleets.Create(testing::kAlice, fleet));
    stores_.ExpandAll();
    const domain::Ulid runner = stores_.RegisterRunner();
    const store::LeaseAnswer leased = stores_.Lease(runner, 1, targets);
    for (const store::GrantedTask& task : leased.tasks) stores_.Report(runner, task, TaskState::kCompleted);
    EXPECT_TRUE(domain::IsTerminal(stores_.GetFleet(fleet.id).state));
    return fleet.id;
  }
  std::map<std::string, int> TakeNames() {
    std::map<std::string, int> names;
    for (const tracing::Span& span : buffer_.Take(buffer_.size())) ++names[span.name];
    return names;
  }
  std::string Waiting() const { return stores_.Sql("select count(*) from fleet_traces"); }

  testing::TestDatabase database_;
  testing::TestStores stores_{database_.url(), 150};
  prometheus::Registry registry_;
  metrics::TraceMetrics metrics_{registry_};
  tracing::SpanBuffer buffer_{metrics_};
  const tracing::Tracer tracer_{buffer_, 1};
  store::TraceStore traces_{stores_.pool};
  TraceTeller teller_{traces_, tracer_};
};

TEST_F(TraceTellerTest, TellsAnEndedFleetOnce) {
  EndFleet(3, kSampled);
  EXPECT_THAT(teller_.RunOnce(), IsOkAndHolds(true));
  EXPECT_EQ(TakeNames(),
            (std::map<std::string, int>{{"RUN test/noop-v1", 1}, {"attempt", 3}, {"child", 3}, {"queue", 3}}));
  EXPECT_THAT(teller_.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(Waiting(), "0");
}

TEST_F(TraceTellerTest, ALargeFleetIsToldPieceByPiece) {
  EndFleet(150, kSampled);
  EXPECT_THAT(teller_.RunOnce(), IsOkAndHolds(true));
  EXPECT_EQ(TakeNames()["child"], 100);
  EXPECT_EQ(Waiting(), "1") << "any worker may go on";
  EXPECT_THAT(teller_.RunOnce(), IsOkAndHolds(true));
  const auto names = TakeNames();
  EXPECT_EQ(names.at("child"), 50);
  EXPECT_EQ(names.at("RUN test/noop-v1"), 1);
}

TEST_F(TraceTellerTest, WaitsUntilThereIsRoom) {
  EndFleet(3, kSampled);
  while (buffer_.room() > 0) buffer_.Add({});
  EXPECT_THAT(teller_.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(Waiting(), "1");
  TakeNames();
  EXPECT_THAT(teller_.RunOnce(), IsOkAndHolds(true));
}

TEST_F(TraceTellerTest, WhatIsNotSampledLeavesNothingBehind) {
  const domain::Ulid fleet = EndFleet(3, kUnsampled);
  EndFleet(3, "");
  EXPECT_EQ(stores_.GetFleet(fleet).traceparent, kUnsampled);
  EXPECT_EQ(Waiting(), "0");
}

TEST_F(TraceTellerTest, WithoutTracingWhatIsOldIsGivenUp) {
  EndFleet(3, kSampled);
  TraceTeller off(traces_, tracing::Tracer::Off());
  EXPECT_THAT(off.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(Waiting(), "1");
  stores_.Sql("update fleet_traces set ended_at = ended_at - interval '61 minutes'");
  EXPECT_THAT(off.RunOnce(), IsOkAndHolds(false));
  EXPECT_EQ(Waiting(), "0");
}

TEST_F(TraceTellerTest, ARetryIsAGenerationOfItsOwn) {
  const domain::Ulid fleet = EndFleet(3, kSampled);
  EXPECT_THAT(teller_.RunOnce(), IsOkAndHolds(true));
  TakeNames();
  // As a retry of one child that ended again would leave it.
  stores_.Sql(
      "insert into fleet_traces select fleet_id, 2, state, created_at, ended_at from fleets;"
      "update tasks set generation = 2, attempt = 2 where ordinal = 2");
  EXPECT_THAT(teller_.RunOnce(), IsOkAndHolds(true));
  const std::vector<tracing::Span> spans = buffer_.Take(99);
  ASSERT_EQ(spans.size(), 4u) << "the child that was chosen, and the run";
  const domain::FleetTrace trace{tracing::ParseTraceparent(kSampled), fleet, 3};
  EXPECT_EQ(spans[0].span_id, trace.Child(2, 2).span_id);
  EXPECT_EQ(spans[3].span_id, trace.Run(2).span_id);
  EXPECT_EQ(spans[3].parent_id, trace.Run(1).span_id);
}

TEST_F(TraceTellerTest, ExpansionIsToldWhenItIsDone) {
  store::NewFleet fleet = stores_.NewFleet({.targets = 3});
  fleet.traceparent = kSampled;
  FLEET_ASSERT_OK(stores_.fleets.Create(testing::kAlice, fleet));
  const auto step = stores_.jobs.RunStep(store::JobKind::kExpand);
  FLEET_ASSERT_OK(step);
  metrics::WorkerMetrics worker_metrics(registry_);
  database::NotificationSender hints(database_.url(), false);
  JobReporter reporter(hints, worker_metrics, tracer_);
  reporter.Report(store::JobTypeOf(store::JobKind::kExpand), step, absl::Seconds(1));
  const std::vector<tracing::Span> spans = buffer_.Take(9);
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].name, "expand");
  EXPECT_EQ(spans[0].parent_id, domain::FleetTrace({tracing::ParseTraceparent(kSampled), fleet.id, 3}).Run(1).span_id);
}

}  // namespace
}  // namespace fleet::worker
