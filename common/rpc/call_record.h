// One call as metrics and the log see it.
#ifndef FLEET_COMMON_RPC_CALL_RECORD_H_
#define FLEET_COMMON_RPC_CALL_RECORD_H_

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/metrics/rpc_metrics.h"
#include "common/rpc/authenticator.h"
#include "common/rpc/method_table.h"

namespace fleet::rpc {

// What every call uses, whatever its method. Outlives all of them.
struct CallEnvironment {
  const Authenticator& authenticator;
  metrics::RpcMetrics& metrics;
  const Clock& clock;
  // How an error is worded for callers; nullptr: as it is.
  absl::Status (*word_error)(const absl::Status&) = nullptr;
};

class CallRecord {
 public:
  // Counts the call as started and its request as received.
  CallRecord(const Method& method, const CallEnvironment& environment);

  void CountSent();
  // Counts and times the call's end. Logs the server's own faults as warnings; callers' errors not at all, since
  // metrics count them. Call once.
  void End(const absl::Status& status);

 private:
  const Method& method_;
  const CallEnvironment& environment_;
  const metrics::RpcType type_;
  const absl::Duration started_;
};

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_CALL_RECORD_H_
