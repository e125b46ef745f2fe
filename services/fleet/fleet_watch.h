// WatchFleet: one reactor a stream. It holds no thread while it waits.
#ifndef FLEET_SERVICES_FLEET_FLEET_WATCH_H_
#define FLEET_SERVICES_FLEET_FLEET_WATCH_H_

#include <memory>
#include <string>

#include "common/clock/clock.h"
#include "common/dispatch/watch_hub.h"
#include "common/lifecycle/thread_pool.h"
#include "common/metrics/rpc_metrics.h"
#include "common/rpc/authenticator.h"
#include "common/store/change_feed.h"
#include "common/store/task_store.h"
#include "fleet/v1/fleet_service.grpc.pb.h"

namespace fleet::service {

// What every watch uses. Outlives all of them.
struct WatchSources {
  store::ChangeFeed& feed;
  store::TaskStore& tasks;
  dispatch::WatchHub& hub;
};

class FleetWatchFactory {
 public:
  FleetWatchFactory(const WatchSources& sources, const rpc::Authenticator& authenticator, ThreadPool& pool,
                    metrics::RpcMetrics& metrics, const Clock& clock)
      : sources_(sources), authenticator_(authenticator), pool_(pool), metrics_(metrics), clock_(clock) {}

  grpc::ServerWriteReactor<v1::WatchFleetResponse>* Start(const grpc::CallbackServerContext& context,
                                                          const v1::WatchFleetRequest& request);

 private:
  friend class FleetWatch;
  const WatchSources sources_;
  const rpc::Authenticator& authenticator_;
  ThreadPool& pool_;
  metrics::RpcMetrics& metrics_;
  const Clock& clock_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_FLEET_WATCH_H_
