// Ids of the spans that several processes speak of, each derived from what the span is about: so a service names the
// attempt that a runner works below, and a worker tells of it hours later, without a word kept about either. Pure.
#ifndef FLEET_COMMON_DOMAIN_FLEET_TRACE_H_
#define FLEET_COMMON_DOMAIN_FLEET_TRACE_H_

#include <cstdint>
#include <utility>

#include "common/domain/identifiers.h"
#include "common/domain/ulid.h"

namespace fleet::domain {

// Children of a larger fleet have a trace each, which links to the fleet's: those who show traces choke on 100,000
// spans in one.
inline constexpr int32_t kMostChildrenInOneTrace = 1000;

// Of a generation of a fleet, from its submission or retry to its end. Never 0.
uint64_t RunSpanId(const Ulid& fleet_id, int32_t generation);
// Of a child in one generation. Never 0.
uint64_t ChildSpanId(const TaskId& task, int32_t generation);
// Of an attempt, from its lease to its end, whoever ends it. Never 0.
uint64_t AttemptSpanId(const TaskId& task, int32_t attempt);
// Of the wait before that attempt. Never 0.
uint64_t QueueSpanId(const TaskId& task, int32_t attempt);
// High and low half of the trace that a child of a large fleet has by itself. Neither is 0.
std::pair<uint64_t, uint64_t> ChildTraceId(const TaskId& task, int32_t generation);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_FLEET_TRACE_H_
