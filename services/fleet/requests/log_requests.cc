#include "services/fleet/requests/log_requests.h"

#include <limits>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "common/domain/identifiers.h"
#include "common/domain/log_window.h"
#include "common/domain/text.h"
#include "common/status/status_macros.h"
#include "services/fleet/requests/request_fields.h"
#include "services/fleet/requests/violations.h"

namespace fleet::service {
namespace {

// Far beyond what anything prints, and far from where sums overflow.
constexpr int64_t kMostOffset = std::numeric_limits<int64_t>::max() / 2;

void CheckOffset(const std::string& field, int64_t offset, Violations& violations) {
  if (offset < 0 || offset > kMostOffset) violations.Add(field, "must be from 0 to 2^62");
}

void CheckChunk(const std::string& field, const v1::TaskLogChunk& chunk, Violations& violations) {
  if (!domain::TaskId::Parse(chunk.task_id()).has_value()) violations.Add(field + ".task_id", "is not a task id");
  if (chunk.attempt() < 1) violations.Add(field + ".attempt", "must be at least 1");
  CheckOffset(field + ".offset", chunk.offset(), violations);
  if (chunk.text().size() > domain::kMaxLogChunk) {
    violations.Add(field + ".text", absl::StrCat("has ", chunk.text().size(), " bytes, more than the ",
                                                 domain::kMaxLogChunk, " allowed"));
  }
}

}  // namespace

absl::Status ValidateFollowTaskLog(const v1::FollowTaskLogRequest& request) {
  FLEET_RETURN_IF_ERROR(ParseId("fleet_id", request.fleet_id()).status());
  FLEET_RETURN_IF_ERROR(ValidateRepo(request.repo()));
  Violations violations;
  if (request.after_attempt() < 0) violations.Add("after_attempt", "must not be negative");
  CheckOffset("after_offset", request.after_offset(), violations);
  return violations.ToStatus();
}

absl::Status ValidateSendTaskLog(const v1::SendTaskLogRequest& request) {
  Violations violations;
  if (!domain::Ulid::Parse(request.runner_id()).has_value()) violations.Add("runner_id", "is not a ULID");
  CheckCount("chunks", request.chunks_size(), domain::kMaxLogChunks, violations);
  std::set<std::string> tasks;
  for (int i = 0; i < request.chunks_size(); ++i) {
    const std::string field = absl::StrCat("chunks[", i, "]");
    CheckChunk(field, request.chunks(i), violations);
    if (!tasks.insert(request.chunks(i).task_id()).second) {
      violations.Add(field + ".task_id", "is that of another chunk, too");
    }
  }
  return violations.ToStatus();
}

std::vector<store::LogChunk> ToChunks(const v1::SendTaskLogRequest& request) {
  std::vector<store::LogChunk> chunks;
  for (const v1::TaskLogChunk& chunk : request.chunks()) {
    chunks.push_back(
        {*domain::TaskId::Parse(chunk.task_id()), {chunk.attempt(), chunk.offset(), domain::CleanText(chunk.text())}});
  }
  return chunks;
}

}  // namespace fleet::service
