// Of a process that exports traces.
#ifndef FLEET_COMMON_METRICS_TRACE_METRICS_H_
#define FLEET_COMMON_METRICS_TRACE_METRICS_H_

#include <cstddef>

#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/registry.h"

namespace fleet::metrics {

// Why a span does not reach the collector.
enum class SpanDrop {
  kBufferFull,   // more ended than could be sent
  kRefused,      // the collector does not take it, now or later
  kUnreachable,  // no try reached the collector
};

// Thread-safe.
class TraceMetrics {
 public:
  explicit TraceMetrics(prometheus::Registry& registry);

  // fleet_trace_spans_exported_total.
  void CountExported(std::size_t spans) { exported_.Increment(static_cast<double>(spans)); }
  // fleet_trace_spans_dropped_total{reason}.
  void CountDropped(SpanDrop why, std::size_t spans);
  // fleet_trace_export_failures_total: tries to send a batch that came to nothing.
  void CountFailure() { failures_.Increment(); }

 private:
  prometheus::Counter& exported_;
  prometheus::Family<prometheus::Counter>& dropped_;
  prometheus::Counter& failures_;
};

}  // namespace fleet::metrics

#endif  // FLEET_COMMON_METRICS_TRACE_METRICS_H_
