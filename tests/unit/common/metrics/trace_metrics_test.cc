#include "common/metrics/trace_metrics.h"

#include <gmock/gmock.h>

#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::metrics {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(TraceMetricsTest, EverySeriesIsThereFromTheStart) {
  prometheus::Registry registry;
  const TraceMetrics metrics(registry);
  EXPECT_THAT(MetricsText(registry), AllOf(HasSubstr("fleet_trace_spans_exported_total 0"),
                                           HasSubstr("fleet_trace_spans_dropped_total{reason=\"buffer_full\"} 0"),
                                           HasSubstr("fleet_trace_spans_dropped_total{reason=\"refused\"} 0"),
                                           HasSubstr("fleet_trace_spans_dropped_total{reason=\"unreachable\"} 0"),
                                           HasSubstr("fleet_trace_export_failures_total 0")));
}

TEST(TraceMetricsTest, SpansAreCountedByWhatBecameOfThem) {
  prometheus::Registry registry;
  TraceMetrics metrics(registry);
  metrics.CountExported(512);
  metrics.CountExported(3);
  metrics.CountDropped(SpanDrop::kRefused, 2);
  metrics.CountFailure();
  EXPECT_THAT(MetricsText(registry), AllOf(HasSubstr("fleet_trace_spans_exported_total 515"),
                                           HasSubstr("fleet_trace_spans_dropped_total{reason=\"refused\"} 2"),
                                           HasSubstr("fleet_trace_export_failures_total 1")));
}

}  // namespace
}  // namespace fleet::metrics
