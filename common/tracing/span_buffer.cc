#include "common/tracing/span_buffer.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace fleet::tracing {

void SpanBuffer::Add(Span span) {
  std::size_t held = 0;
  {
    MutexLock lock(mutex_);
    if (spans_.size() < capacity_) {
      spans_.push_back(std::move(span));
      held = spans_.size();
    }
  }
  if (held == 0) return metrics_.CountDropped(metrics::SpanDrop::kBufferFull, 1);
  if (held == capacity_ / 4 && quarter_full_ != nullptr) quarter_full_();
}

std::vector<Span> SpanBuffer::Take(std::size_t most) {
  MutexLock lock(mutex_);
  const auto end = spans_.begin() + static_cast<std::ptrdiff_t>(std::min(most, spans_.size()));
  std::vector<Span> taken(std::make_move_iterator(spans_.begin()), std::make_move_iterator(end));
  spans_.erase(spans_.begin(), end);
  return taken;
}

std::size_t SpanBuffer::size() const {
  MutexLock lock(mutex_);
  return spans_.size();
}

}  // namespace fleet::tracing
