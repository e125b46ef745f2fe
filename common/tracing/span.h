// One piece of work that has ended, as a collector is told of it.
#ifndef FLEET_COMMON_TRACING_SPAN_H_
#define FLEET_COMMON_TRACING_SPAN_H_

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/time/time.h"
#include "common/tracing/trace_context.h"

namespace fleet::tracing {

// With OTLP's numbers.
enum class SpanKind { kInternal = 1, kServer = 2, kClient = 3 };
enum class SpanStatus { kUnset = 0, kOk = 1, kError = 2 };

struct Attribute {
  const char* key = "";  // a constant
  std::variant<std::string, int64_t, bool> value;
};

struct Span {
  TraceId trace_id;
  SpanId span_id;
  SpanId parent_id;  // none: it begins its trace
  std::string name;  // one of few: what tells one from another of the kind is an attribute
  SpanKind kind = SpanKind::kInternal;
  absl::Time start;
  absl::Time end;
  SpanStatus status = SpanStatus::kUnset;
  std::string message;  // with kError: what went wrong, in words that hold nothing of a task's
  std::vector<Attribute> attributes;
  std::vector<std::pair<TraceId, SpanId>> links;  // to what it follows from without being below it
};

}  // namespace fleet::tracing

#endif  // FLEET_COMMON_TRACING_SPAN_H_
