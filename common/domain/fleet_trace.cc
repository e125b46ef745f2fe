#include "common/domain/fleet_trace.h"

#include <openssl/sha.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace fleet::domain {
namespace {

// The first eight bytes of the name's digest.
uint64_t SpanIdOf(const std::string& name) {
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const unsigned char*>(name.data()), name.size(), digest);
  uint64_t id = 0;
  for (int i = 0; i < 8; ++i) id = id << 8 | digest[i];
  return id == 0 ? 1 : id;
}

}  // namespace

uint64_t RunSpanId(const Ulid& fleet_id, int32_t generation) {
  return SpanIdOf(absl::StrCat("run ", fleet_id.ToString(), " ", generation));
}

uint64_t ChildSpanId(const TaskId& task, int32_t generation) {
  return SpanIdOf(absl::StrCat("child ", task.ToString(), " ", generation));
}

uint64_t AttemptSpanId(const TaskId& task, int32_t attempt) {
  return SpanIdOf(absl::StrCat("attempt ", task.ToString(), " ", attempt));
}

uint64_t QueueSpanId(const TaskId& task, int32_t attempt) {
  return SpanIdOf(absl::StrCat("queue ", task.ToString(), " ", attempt));
}

std::pair<uint64_t, uint64_t> ChildTraceId(const TaskId& task, int32_t generation) {
  return {SpanIdOf(absl::StrCat("trace ", task.ToString(), " ", generation)), ChildSpanId(task, generation)};
}

}  // namespace fleet::domain
