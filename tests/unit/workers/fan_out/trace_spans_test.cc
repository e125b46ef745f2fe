#include "workers/fan_out/trace_spans.h"

#include <gmock/gmock.h>

#include <cstddef>
#include <map>
#include <string>
#include <variant>

#include "common/domain/fleet_trace.h"

namespace fleet::worker {
namespace {

using domain::FailureCategory;
using domain::TaskState;
using tracing::Span;
using tracing::SpanStatus;

constexpr char kTraceparent[] = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
const domain::Ulid kFleet = *domain::Ulid::Parse("01KAV2MZ5T4QY6R8W0X2Z4B6D8");
const absl::Time kBegan = absl::FromUnixSeconds(1'700'000'000);

absl::Time At(int seconds) { return kBegan + absl::Seconds(seconds); }

class TraceSpansTest : public ::testing::Test {
 protected:
  TraceSpansTest() {
    piece_.fleet_id = kFleet;
    piece_.traceparent = kTraceparent;
    piece_.began_at = kBegan;
    piece_.ended_at = At(100);
    piece_.workflow = "maintenance/add-licence-v1@1.4.0";
    piece_.total = 3;
  }
  // A child that was lost once, and then completed.
  void AddChild(int32_t ordinal) {
    store::TracedChild child;
    child.id = {kFleet, ordinal};
    child.repo = "acme/shop";
    child.state = TaskState::kCompleted;
    child.ended_at = At(60);
    child.attempts = {{1, {}, TaskState::kQueued, FailureCategory::kNone, At(10), At(30)},
                      {2, kFleet, TaskState::kCompleted, FailureCategory::kNone, At(40), At(60)}};
    piece_.children.push_back(child);
  }
  domain::FleetTrace Trace() const { return {tracing::ParseTraceparent(kTraceparent), kFleet, piece_.total}; }
  static std::string Text(const Span& span, const std::string& key) {
    for (const tracing::Attribute& attribute : span.attributes) {
      if (attribute.key == key) return std::get<std::string>(attribute.value);
    }
    return "";
  }

  store::TracePiece piece_;
};

TEST_F(TraceSpansTest, AChildsWaitsAndAttemptsAreBelowIt) {
  AddChild(2);
  const std::vector<Span> spans = SpansOf(piece_);
  ASSERT_EQ(spans.size(), 5u);
  const Span& child = spans[0];
  EXPECT_EQ(child.name, "child");
  EXPECT_EQ(child.span_id, Trace().Child(2, 1).span_id);
  EXPECT_EQ(child.parent_id, Trace().Run(1).span_id);
  EXPECT_EQ(child.trace_id, Trace().submission.trace_id);
  EXPECT_EQ(Text(child, "vcs.repository.name"), "acme/shop");
  EXPECT_EQ(child.status, SpanStatus::kUnset);
  for (std::size_t i = 1; i < spans.size(); ++i) {
    EXPECT_EQ(spans[i].name, i % 2 == 1 ? "queue" : "attempt");
    EXPECT_EQ(spans[i].parent_id, child.span_id);
  }
  EXPECT_EQ(spans[1].start, kBegan);
  EXPECT_EQ(spans[1].end, At(10));
  EXPECT_EQ(spans[3].start, At(30)) << "from the end of the attempt before";
  EXPECT_EQ(spans[3].end, At(40));
}

TEST_F(TraceSpansTest, AnAttemptSaysWhatCameOfItAndWhatItFollows) {
  AddChild(2);
  const std::vector<Span> spans = SpansOf(piece_);
  ASSERT_EQ(spans.size(), 5u);
  const Span& lost = spans[2];
  EXPECT_EQ(lost.span_id, Trace().Attempt(2, 1, 1).span_id);
  EXPECT_EQ(lost.status, SpanStatus::kError);
  EXPECT_EQ(Text(lost, "error.type"), "RETURNED");
  EXPECT_TRUE(lost.links.empty());
  const Span& completed = spans[4];
  EXPECT_EQ(completed.status, SpanStatus::kUnset);
  EXPECT_EQ(Text(completed, "cicd.worker.id"), kFleet.ToString());
  ASSERT_EQ(completed.links.size(), 1u);
  EXPECT_EQ(completed.links[0].second, lost.span_id);
}

TEST_F(TraceSpansTest, FailuresAreTheWorksOwnOrErrors) {
  AddChild(1);
  for (const auto& [category, result] : std::map<FailureCategory, std::string>{{FailureCategory::kAgent, "failure"},
                                                                               {FailureCategory::kNetwork, "error"}}) {
    piece_.children[0].state = TaskState::kFailed;
    piece_.children[0].category = category;
    const Span child = SpansOf(piece_)[0];
    EXPECT_EQ(Text(child, "cicd.pipeline.task.run.result"), result);
    EXPECT_EQ(child.status, SpanStatus::kError);
  }
}

TEST_F(TraceSpansTest, TheLastPieceTellsOfTheRun) {
  piece_.is_last = true;
  const std::vector<Span> spans = SpansOf(piece_);
  ASSERT_EQ(spans.size(), 1u);
  EXPECT_EQ(spans[0].name, "RUN maintenance/add-licence-v1");
  EXPECT_EQ(spans[0].kind, tracing::SpanKind::kServer);
  EXPECT_EQ(spans[0].span_id, Trace().Run(1).span_id);
  EXPECT_EQ(spans[0].parent_id, Trace().submission.span_id);
  EXPECT_EQ(spans[0].start, kBegan);
  EXPECT_EQ(spans[0].end, At(100));
  EXPECT_EQ(Text(spans[0], "cicd.pipeline.result"), "success");
  EXPECT_EQ(Text(spans[0], "fleet.workflow.version"), "1.4.0");

  piece_.generation = 2;
  piece_.state = domain::FleetState::kPartialFailure;
  const Span second = SpansOf(piece_)[0];
  EXPECT_EQ(second.parent_id, Trace().Run(1).span_id);
  EXPECT_EQ(second.status, SpanStatus::kError);
}

TEST_F(TraceSpansTest, ChildrenOfALargeFleetAreInTracesOfTheirOwn) {
  piece_.total = domain::kMostChildrenInOneTrace + 1;
  AddChild(2);
  for (const Span& span : SpansOf(piece_)) EXPECT_EQ(span.trace_id, Trace().Child(2, 1).trace_id);
  const Span child = SpansOf(piece_)[0];
  EXPECT_TRUE(child.parent_id.IsNone());
  ASSERT_EQ(child.links.size(), 1u);
  EXPECT_EQ(child.links[0].first, Trace().submission.trace_id);
  EXPECT_EQ(child.links[0].second, Trace().Run(1).span_id);
}

TEST_F(TraceSpansTest, WhatIsNotTracedHasNoSpans) {
  AddChild(1);
  piece_.traceparent.clear();
  EXPECT_TRUE(SpansOf(piece_).empty());
}

TEST_F(TraceSpansTest, AStepOfAJobIsBelowTheRun) {
  store::JobStep step{kFleet, 7, true};
  step.trace = Trace();
  const Span span = SpanOf("expand", step, At(5), absl::Seconds(2));
  EXPECT_EQ(span.name, "expand");
  EXPECT_EQ(span.parent_id, Trace().Run(1).span_id);
  EXPECT_EQ(span.start, At(3));
  EXPECT_EQ(span.end, At(5));
}

}  // namespace
}  // namespace fleet::worker
