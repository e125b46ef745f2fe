// Everything a process needs to export traces, from two flags.
#ifndef FLEET_COMMON_TRACING_TRACING_H_
#define FLEET_COMMON_TRACING_TRACING_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "common/metrics/trace_metrics.h"
#include "common/tracing/tracer.h"
#include "prometheus/registry.h"

namespace fleet::tracing {

struct TracingConfig {
  // Of a collector that takes OTLP over HTTP: "http://host:4318"; without a path, /v1/traces is meant. Empty: tracing
  // is off.
  std::string otlp_endpoint;
  // Of the traces that begin here; one that comes with a call is recorded as its beginner decided.
  double ratio = 0.01;

  // kInvalidArgument naming the flag that is wrong.
  absl::Status Validate() const;
};

class Tracing {
 public:
  // `config` is valid. `component` names the process to the collector. Exporting goes on until the end, if tracing
  // is on.
  Tracing(const TracingConfig& config, const std::string& component, prometheus::Registry& registry);
  // Sends what is left, for two seconds at most.
  ~Tracing();
  Tracing(const Tracing&) = delete;
  Tracing& operator=(const Tracing&) = delete;

  const Tracer& tracer() const { return tracer_; }

 private:
  struct Parts;
  metrics::TraceMetrics metrics_;
  std::unique_ptr<Parts> parts_;  // null: off
  Tracer tracer_;
};

}  // namespace fleet::tracing

#endif  // FLEET_COMMON_TRACING_TRACING_H_
