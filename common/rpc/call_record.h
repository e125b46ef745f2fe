// One call as metrics, traces and the log see it.
#ifndef FLEET_COMMON_RPC_CALL_RECORD_H_
#define FLEET_COMMON_RPC_CALL_RECORD_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/logging/structured_log.h"
#include "common/metrics/fleet_metrics.h"
#include "common/metrics/rpc_metrics.h"
#include "common/rpc/authenticator.h"
#include "common/rpc/call_trace.h"
#include "common/rpc/method_table.h"
#include "common/rpc/open_streams.h"
#include "common/rpc/request_budget.h"
#include "common/rpc/transport.h"
#include "common/tracing/tracer.h"

namespace fleet::rpc {

// What every call uses, whatever its method. Outlives all of them.
struct CallEnvironment {
  const Authenticator& authenticator;
  metrics::RpcMetrics& metrics;
  metrics::IntakeMetrics& intake;
  const Clock& clock;
  RequestBudget& budget;
  OpenStreams& streams;
  // How an error is worded for callers; nullptr: as it is.
  absl::Status (*word_error)(const absl::Status&) = nullptr;
  const tracing::Tracer& tracer = tracing::Tracer::Off();
};

metrics::RpcType RpcTypeOf(const Method& method);

// RESOURCE_EXHAUSTED with reason REQUEST_TOO_LARGE, if the method takes no request of so many bytes.
absl::Status CheckRequestSize(const Method& method, std::size_t bytes);

class CallRecord {
 public:
  // Counts the call as started and its request as received.
  CallRecord(const Method& method, const CallEnvironment& environment);

  // Names the call in the log, and to its caller when it fails.
  std::string id() const;
  // Of a caller who is known: what the call's work is traced below. Call at most once.
  std::string JoinTrace(const Metadata& metadata);
  // For what is done for the call: what its thread logs meanwhile names the call and its trace.
  LogScope Scope() const { return LogScope({{"request", id()}, {"trace", trace_.Name()}}); }
  void CountSent();
  // Counts, times and traces the call's end; returns the status as the caller is told it. Logs the server's own faults
  // as warnings, and for debugging every call; callers' errors are left to metrics. Call once.
  absl::Status End(const absl::Status& status);

 private:
  absl::Status Word(const absl::Status& status) const;

  const Method& method_;
  const CallEnvironment& environment_;
  const metrics::RpcType type_;
  const absl::Duration started_;
  CallTrace trace_;
  const uint64_t id_;
};

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_CALL_RECORD_H_
