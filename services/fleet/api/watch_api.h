// WatchFleet: opens its streams.
#ifndef FLEET_SERVICES_FLEET_API_WATCH_API_H_
#define FLEET_SERVICES_FLEET_API_WATCH_API_H_

#include <memory>
#include <utility>

#include "common/domain/caller.h"
#include "common/rpc/method_table.h"
#include "fleet/v1/fleet_service.pb.h"
#include "services/fleet/watch/watch_session.h"

namespace fleet::service {

// Thread-safe. Outlives its streams, as what it is given does.
class WatchApi {
 public:
  explicit WatchApi(WatchSources sources) : sources_(std::move(sources)) {}

  std::unique_ptr<rpc::StreamSession> WatchFleet(const domain::Caller& caller, const v1::WatchFleetRequest& request,
                                                 rpc::Wake wake) {
    return std::make_unique<WatchSession>(sources_, caller, request, std::move(wake));
  }

 private:
  const WatchSources sources_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_API_WATCH_API_H_
