// Spans that wait to be exported: so many and no more. Who adds one never waits.
#ifndef FLEET_COMMON_TRACING_SPAN_BUFFER_H_
#define FLEET_COMMON_TRACING_SPAN_BUFFER_H_

#include <cstddef>
#include <deque>
#include <functional>
#include <utility>
#include <vector>

#include "common/lifecycle/mutex.h"
#include "common/metrics/trace_metrics.h"
#include "common/tracing/span.h"

namespace fleet::tracing {

// Thread-safe.
class SpanBuffer {
 public:
  static constexpr std::size_t kUsualCapacity = 2048;

  // `quarter_full`, if given: called, on the thread of whoever adds, when it comes to hold a quarter of what it may;
  // must not block.
  explicit SpanBuffer(metrics::TraceMetrics& metrics, std::size_t capacity = kUsualCapacity,
                      std::function<void()> quarter_full = nullptr)
      : metrics_(metrics), capacity_(capacity), quarter_full_(std::move(quarter_full)) {}

  // Without room it is dropped, and counted.
  void Add(Span span);
  // The oldest, at most so many.
  std::vector<Span> Take(std::size_t most);

  // What it holds, and what may still be added: for those who can wait until there is room.
  std::size_t size() const;
  std::size_t room() const { return capacity_ - size(); }

 private:
  metrics::TraceMetrics& metrics_;
  const std::size_t capacity_;
  const std::function<void()> quarter_full_;
  mutable Mutex mutex_;
  std::deque<Span> spans_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleet::tracing

#endif  // FLEET_COMMON_TRACING_SPAN_BUFFER_H_
