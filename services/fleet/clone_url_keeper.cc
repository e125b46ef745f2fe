#include "services/fleet/clone_url_keeper.h"

namespace fleet::service {

PeriodicLoop::Next CloneUrlKeeper::RunOnce() {
  last_kept_ = catalog_.KeepCloneUrls(last_kept_).value_or("");
  return last_kept_.empty() ? PeriodicLoop::Next::kWait : PeriodicLoop::Next::kAgain;
}

}  // namespace fleet::service
