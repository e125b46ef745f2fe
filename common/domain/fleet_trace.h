// The spans that several processes speak of. Their ids follow from what they are about: so a service names the attempt
// that a runner works below, and a worker tells of it hours later, without a word kept about either. Pure.
#ifndef FLEET_COMMON_DOMAIN_FLEET_TRACE_H_
#define FLEET_COMMON_DOMAIN_FLEET_TRACE_H_

#include <cstdint>
#include <string>

#include "common/domain/fleet.h"
#include "common/domain/identifiers.h"
#include "common/domain/ulid.h"
#include "common/tracing/trace_context.h"

namespace fleet::domain {

// Children of a larger fleet have a trace each, which links to the fleet's: those who show traces choke on 100,000
// spans in one.
inline constexpr int32_t kMostChildrenInOneTrace = 1000;

// What a fleet keeps of its trace.
struct FleetTrace {
  tracing::TraceContext submission;  // below which span it was submitted; none: it is not traced
  Ulid fleet_id;
  int32_t total = 0;  // its repositories

  // Below these spans: of a generation, from its submission or retry to its end;
  tracing::TraceContext Run(int32_t generation) const;
  // of a child in one generation;
  tracing::TraceContext Child(int32_t ordinal, int32_t generation) const;
  // of an attempt, from its lease to its end, whoever ends it.
  tracing::TraceContext Attempt(int32_t ordinal, int32_t generation, int32_t attempt) const;
  // Below what the run of a generation is: for the first its submission, for others the first.
  tracing::TraceContext AboveRun(int32_t generation) const;
  // Of the wait before an attempt.
  tracing::SpanId QueueSpan(int32_t ordinal, int32_t attempt) const;
  bool HasTraceAChild() const { return total > kMostChildrenInOneTrace; }

 private:
  tracing::TraceContext TraceOf(int32_t ordinal, int32_t generation) const;
};

FleetTrace TraceOf(const Fleet& fleet);

// Whether a fleet with this traceparent is to be told of. As FormatTraceparent writes it.
bool IsSampled(const std::string& traceparent);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_FLEET_TRACE_H_
