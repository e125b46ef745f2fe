// Which trace something belongs to, and below which span: what travels as a `traceparent` (w3.org/TR/trace-context).
// Plain values that are cheap to copy.
#ifndef FLEET_COMMON_TRACING_TRACE_CONTEXT_H_
#define FLEET_COMMON_TRACING_TRACE_CONTEXT_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"

namespace fleet::tracing {

// 128 bits; all zero: none.
struct TraceId {
  uint64_t high = 0;
  uint64_t low = 0;

  bool IsNone() const { return high == 0 && low == 0; }
  // 32 digits.
  std::string ToHex() const;
  friend bool operator==(const TraceId&, const TraceId&) = default;
};

// All zero: none.
struct SpanId {
  uint64_t value = 0;

  bool IsNone() const { return value == 0; }
  // 16 digits.
  std::string ToHex() const;
  friend bool operator==(const SpanId&, const SpanId&) = default;
};

struct TraceContext {
  TraceId trace_id;
  SpanId span_id;  // what is done below it
  bool sampled = false;

  bool IsNone() const { return trace_id.IsNone(); }
  // The same trace, below another span.
  TraceContext Below(SpanId span) const { return {trace_id, span, sampled}; }
  friend bool operator==(const TraceContext&, const TraceContext&) = default;
};

// The length of what FormatTraceparent makes.
inline constexpr std::size_t kTraceparentBytes = 55;

// None if it is malformed: whoever sends nonsense is not traced, and is served all the same. Of a version above 00 the
// fields of 00 are read; version ff is none.
TraceContext ParseTraceparent(absl::string_view text);
// "00-<trace>-<span>-<flags>"; empty for none.
std::string FormatTraceparent(const TraceContext& context);

// What logs call the trace: its id, empty for none.
std::string TraceName(const TraceContext& context);

// Random ones, never zero. Thread-safe.
TraceId NewTraceId();
SpanId NewSpanId();

}  // namespace fleet::tracing

#endif  // FLEET_COMMON_TRACING_TRACE_CONTEXT_H_
