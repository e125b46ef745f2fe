#include "workers/fan_out/trace_teller.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "common/status/status_macros.h"
#include "workers/fan_out/trace_spans.h"

namespace fleet::worker {
namespace {

constexpr int32_t kChildrenAPiece = 100;
// What children of several attempts make of a piece.
constexpr std::size_t kRoomForAPiece = 1024;
constexpr absl::Duration kGivenUpAfter = absl::Hours(1);

}  // namespace

absl::StatusOr<bool> TraceTeller::RunOnce() {
  if (!tracer_.is_on()) {
    FLEET_RETURN_IF_ERROR(traces_.Forget(kGivenUpAfter).status());
    return false;
  }
  if (tracer_.room() < kRoomForAPiece) return false;
  FLEET_ASSIGN_OR_RETURN(const std::optional<store::TracePiece> piece, traces_.Take(kChildrenAPiece));
  if (!piece.has_value()) return false;
  for (tracing::Span& span : SpansOf(*piece)) tracer_.Record(std::move(span));
  return true;
}

}  // namespace fleet::worker
