#include "common/tracing/otlp_exporter.h"

#include <gmock/gmock.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"
#include "tests/support/simulated_clock.h"
#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::tracing {
namespace {

using ::testing::HasSubstr;
using Result = OtlpExporter::Result;

class OtlpExporterTest : public ::testing::Test {
 protected:
  void Add(int count) {
    for (int i = 0; i < count; ++i) buffer_.Add(Span());
  }
  static std::size_t SpansIn(const std::string& body) {
    return nlohmann::json::parse(body)["resourceSpans"][0]["scopeSpans"][0]["spans"].size();
  }
  void Answer(int status, std::string body = "{}", std::map<std::string, std::string> headers = {}) {
    http::Response response;
    response.status = status;
    response.body = std::move(body);
    response.headers = std::move(headers);
    answer_ = response;
  }
  void ExpectMetric(const std::string& line) { EXPECT_THAT(metrics::MetricsText(registry_), HasSubstr(line)); }

  prometheus::Registry registry_;
  metrics::TraceMetrics metrics_{registry_};
  SpanBuffer buffer_{metrics_};
  testing::SimulatedClock clock_;
  absl::StatusOr<http::Response> answer_ = http::Response();
  std::vector<std::string> sent_;
  OtlpExporter exporter_{{"test", "1", "i"},
                         buffer_,
                         [this](const std::string& body) {
                           sent_.push_back(body);
                           return answer_;
                         },
                         metrics_,
                         clock_};
};

TEST_F(OtlpExporterTest, SendsBatchesUntilNothingIsLeft) {
  Add(600);
  EXPECT_EQ(exporter_.RunOnce(), Result::kSent);
  EXPECT_EQ(exporter_.RunOnce(), Result::kSent);
  EXPECT_EQ(exporter_.RunOnce(), Result::kIdle);
  ASSERT_EQ(sent_.size(), 2u);
  EXPECT_EQ(SpansIn(sent_[0]), OtlpExporter::kMostSpans);
  EXPECT_EQ(SpansIn(sent_[1]), 600 - OtlpExporter::kMostSpans);
  ExpectMetric("fleet_trace_spans_exported_total 600");
}

TEST_F(OtlpExporterTest, ABatchThatIsPutOffIsSentAgainAsItWas) {
  Add(3);
  answer_ = absl::UnavailableError("nobody there");
  EXPECT_EQ(exporter_.RunOnce(), Result::kFailed);
  EXPECT_EQ(exporter_.RunOnce(), Result::kIdle) << "it is not time yet";
  Answer(200);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(exporter_.RunOnce(), Result::kSent);
  ASSERT_EQ(sent_.size(), 2u);
  EXPECT_EQ(sent_[0], sent_[1]);
  ExpectMetric("fleet_trace_spans_exported_total 3");
  ExpectMetric("fleet_trace_export_failures_total 1");
}

TEST_F(OtlpExporterTest, WaitsAsLongAsItIsAskedTo) {
  Add(1);
  Answer(429, "", {{"retry-after", "20"}});
  EXPECT_EQ(exporter_.RunOnce(), Result::kFailed);
  Answer(200);
  clock_.Advance(absl::Seconds(19));
  EXPECT_EQ(exporter_.RunOnce(), Result::kIdle);
  clock_.Advance(absl::Seconds(1));
  EXPECT_EQ(exporter_.RunOnce(), Result::kSent);
}

TEST_F(OtlpExporterTest, TheLastTryGivesABatchUp) {
  Add(5);
  answer_ = absl::UnavailableError("nobody there");
  for (int i = 0; i < OtlpExporter::kTries; ++i) {
    ExpectMetric("fleet_trace_spans_dropped_total{reason=\"unreachable\"} 0");
    EXPECT_EQ(exporter_.RunOnce(), Result::kFailed);
    clock_.Advance(absl::Minutes(2));
  }
  ExpectMetric("fleet_trace_spans_dropped_total{reason=\"unreachable\"} 5");
  EXPECT_EQ(exporter_.RunOnce(), Result::kIdle);
}

TEST_F(OtlpExporterTest, WhatIsRefusedIsNotSentAgain) {
  Add(2);
  Answer(400);
  EXPECT_EQ(exporter_.RunOnce(), Result::kFailed);
  ExpectMetric("fleet_trace_spans_dropped_total{reason=\"refused\"} 2");
  clock_.Advance(absl::Minutes(2));
  EXPECT_EQ(exporter_.RunOnce(), Result::kIdle);
  EXPECT_EQ(sent_.size(), 1u);
}

TEST_F(OtlpExporterTest, SpansThatWereRejectedAreCountedAndNotSentAgain) {
  Add(10);
  Answer(200, R"({"partialSuccess": {"rejectedSpans": "4", "errorMessage": "no"}})");
  EXPECT_EQ(exporter_.RunOnce(), Result::kSent);
  ExpectMetric("fleet_trace_spans_exported_total 6");
  ExpectMetric("fleet_trace_spans_dropped_total{reason=\"refused\"} 4");
  EXPECT_EQ(exporter_.RunOnce(), Result::kIdle);
}

TEST_F(OtlpExporterTest, AnAnswerThatIsNoJsonIsTakenForSuccess) {
  Add(1);
  Answer(200, "OK");
  EXPECT_EQ(exporter_.RunOnce(), Result::kSent);
  ExpectMetric("fleet_trace_spans_exported_total 1");
}

}  // namespace
}  // namespace fleet::tracing
