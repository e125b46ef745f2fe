#include "common/metrics/trace_metrics.h"

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
    : exported_(prometheus::BuildCounter()
                    .Name("fleet_trace_spans_exported_total")
                    .Help("Spans that the collector took.")
                    .Register(registry)
                    .Add({})),
      dropped_(prometheus::BuildCounter()
                   .Name("fleet_trace_spans_dropped_total")
                   .Help("Spans that were given up, by reason.")
                   .Register(registry)),
      failures_(prometheus::BuildCounter()
                    .Name("fleet_trace_export_failures_total")
                    .Help("Tries to send a batch of spans that came to nothing.")
                    .Register(registry)
                    .Add({})) {
  for (const SpanDrop why : {SpanDrop::kBufferFull, SpanDrop::kRefused, SpanDrop::kUnreachable}) {
    dropped_.Add({{"reason", LabelOf(why)}});
  }
}

void TraceMetrics::CountDropped(SpanDrop why, std::size_t spans) {
  dropped_.Add({{"reason", LabelOf(why)}}).Increment(static_cast<double>(spans));
}

}  // namespace fleet::metrics
