// grpc_server_* metrics, in the names, labels and code spelling of go-grpc-middleware, which dashboards expect.
#ifndef FLEET_COMMON_METRICS_RPC_METRICS_H_
#define FLEET_COMMON_METRICS_RPC_METRICS_H_

#include <atomic>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/metrics/metric_families.h"

namespace fleet::metrics {

enum class RpcType { kUnary, kServerStream };

class RpcMetrics {
 public:
  explicit RpcMetrics(prometheus::Registry& registry);

  // The method's series begin at 0: of its codes OK and those that are the server's fault.
  void Expect(RpcType type, const std::string& service, const std::string& method);
  // Thread-safe. `service` is the full name, such as "fleet.v1.FleetService".
  void Started(RpcType type, const std::string& service, const std::string& method);
  void Handled(RpcType type, const std::string& service, const std::string& method, absl::StatusCode code,
               absl::Duration duration);
  void Received(RpcType type, const std::string& service, const std::string& method);
  void Sent(RpcType type, const std::string& service, const std::string& method);
  // Calls started and not yet handled.
  int64_t in_flight() const { return in_flight_; }

 private:
  std::atomic<int64_t> in_flight_ = 0;
  Counters& started_;
  Counters& handled_;
  Counters& received_;
  Counters& sent_;
  Histograms handling_seconds_;
};

}  // namespace fleet::metrics

#endif  // FLEET_COMMON_METRICS_RPC_METRICS_H_
