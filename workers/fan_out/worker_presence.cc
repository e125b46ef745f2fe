#include "workers/fan_out/worker_presence.h"

#include "absl/time/time.h"

namespace fleet::worker {
namespace {

// Several times the interval of the loop that runs it.
constexpr absl::Duration kGap = absl::Seconds(10);

}  // namespace

absl::Status WorkerPresence::RunOnce() { return system_.RecordWorker(worker_id_, facts_, kGap); }

}  // namespace fleet::worker
