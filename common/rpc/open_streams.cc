#include "common/rpc/open_streams.h"

#include <algorithm>
#include <utility>

#include "common/logging/structured_log.h"
#include "common/rpc/stream_call.h"

namespace fleet::rpc {

void OpenStreams::Add(std::weak_ptr<StreamCall> call) {
  MutexLock lock(mutex_);
  calls_.push_back(std::move(call));
}

int OpenStreams::RunOnce() {
  std::vector<std::shared_ptr<StreamCall>> open;
  {
    MutexLock lock(mutex_);
    calls_.erase(std::remove_if(calls_.begin(), calls_.end(), [](const auto& call) { return call.expired(); }),
                 calls_.end());
    for (const auto& call : calls_) {
      if (auto alive = call.lock()) open.push_back(std::move(alive));
    }
  }
  int ended = 0;
  const absl::Duration oldest = clock_.Elapsed() - patience_;
  for (const auto& call : open) {
    if (call->EndIfStalled(oldest)) ++ended;
  }
  if (ended > 0) LogWarning("streams_not_read", {{"ended", ended}});
  return ended;
}

}  // namespace fleet::rpc
