#include "common/domain/fleet_trace.h"

#include <openssl/sha.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace fleet::domain {
namespace {

// The first eight bytes of the name's digest. Programs of other versions derive it too: the names stay as they are.
tracing::SpanId SpanNamed(const std::string& name) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(name.data()), name.size(), digest);
  uint64_t id = 0;
  for (int i = 0; i < 8; ++i) id = id << 8 | digest[i];
  return {id == 0 ? 1 : id};
}

tracing::SpanId TaskSpan(const char* kind, const TaskId& task, int32_t number) {
  return SpanNamed(absl::StrCat(kind, " ", task.ToString(), " ", number));
}

}  // namespace

tracing::TraceContext FleetTrace::Run(int32_t generation) const {
  return submission.Below(SpanNamed(absl::StrCat("run ", fleet_id.ToString(), " ", generation)));
}

tracing::TraceContext FleetTrace::AboveRun(int32_t generation) const { return generation == 1 ? submission : Run(1); }

tracing::TraceContext FleetTrace::TraceOf(int32_t ordinal, int32_t generation) const {
  if (!HasTraceAChild() || submission.IsNone()) return submission;
  const TaskId task{fleet_id, ordinal};
  const tracing::TraceId own{TaskSpan("trace", task, generation).value, TaskSpan("child", task, generation).value};
  return {own, {}, submission.sampled};
}

tracing::TraceContext FleetTrace::Child(int32_t ordinal, int32_t generation) const {
  return TraceOf(ordinal, generation).Below(TaskSpan("child", {fleet_id, ordinal}, generation));
}

tracing::TraceContext FleetTrace::Attempt(int32_t ordinal, int32_t generation, int32_t attempt) const {
  return TraceOf(ordinal, generation).Below(TaskSpan("attempt", {fleet_id, ordinal}, attempt));
}

tracing::SpanId FleetTrace::QueueSpan(int32_t ordinal, int32_t attempt) const {
  return TaskSpan("queue", {fleet_id, ordinal}, attempt);
}

FleetTrace TraceOf(const Fleet& fleet) {
  return {tracing::ParseTraceparent(fleet.traceparent), fleet.id, fleet.rollup.total};
}

bool IsSampled(const std::string& traceparent) { return absl::EndsWith(traceparent, "-01"); }

}  // namespace fleet::domain
