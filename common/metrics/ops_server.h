// Serves /metrics over HTTP.
#ifndef FLEET_COMMON_METRICS_OPS_SERVER_H_
#define FLEET_COMMON_METRICS_OPS_SERVER_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "prometheus/exposer.h"
#include "prometheus/registry.h"

namespace fleet::metrics {

class OpsServer {
 public:
  // `address`: "host:port"; port 0 takes a free one. Returns kUnavailable if it cannot listen there.
  static absl::StatusOr<std::unique_ptr<OpsServer>> Start(const std::string& address,
                                                          const std::shared_ptr<prometheus::Registry>& registry);
  int port() const { return port_; }

 private:
  OpsServer(std::unique_ptr<prometheus::Exposer> exposer, int port) : exposer_(std::move(exposer)), port_(port) {}
  std::unique_ptr<prometheus::Exposer> exposer_;
  int port_;
};

}  // namespace fleet::metrics

#endif  // FLEET_COMMON_METRICS_OPS_SERVER_H_
