#include "common/metrics/trace_metrics.h"

#include "common/metrics/metric_families.h"

namespace fleet::metrics {
namespace {

const char* LabelOf(SpanDrop why) {
  switch (why) {
    case SpanDrop::kBufferFull:
      return "buffer_full";
    case SpanDrop::kRefused:
      return "refused";
    case SpanDrop::kUnreachable:
      return "unreachable";
  }
  return "unknown";
}

}  // namespace

TraceMetrics::TraceMetrics(prometheus::Registry& registry)
    : exported_(CounterFamily(registry, "fleet_trace_spans_exported_total").Add({})),
      dropped_(CounterFamily(registry, "fleet_trace_spans_dropped_total")),
      failures_(CounterFamily(registry, "fleet_trace_export_failures_total").Add({})) {}

void TraceMetrics::CountDropped(SpanDrop why, std::size_t spans) {
  dropped_.Add({{"reason", LabelOf(why)}}).Increment(static_cast<double>(spans));
}

}  // namespace fleet::metrics
