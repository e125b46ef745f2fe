// What those who run a process ask it over HTTP: /metrics, /healthz and /readyz.
#ifndef FLEET_COMMON_METRICS_OPS_SERVER_H_
#define FLEET_COMMON_METRICS_OPS_SERVER_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "common/http/http_message.h"
#include "common/http/http_server.h"
#include "common/lifecycle/readiness.h"
#include "prometheus/registry.h"

namespace fleet::metrics {

// The answers, without a server:
//   /metrics   what `registry` holds, in Prometheus's text format
//   /healthz   200 whenever it is asked: a process that cannot answer should be restarted
//   /readyz    200, or 503 and what is missing: a process that is not ready should be sent nothing
// Anything else is answered 404, and all but GET and HEAD 405.
http::Response AnswerOps(const http::Request& request, const prometheus::Registry& registry,
                         const Readiness& readiness);

class OpsServer {
 public:
  // `address`: "host:port"; port 0 takes a free one. `registry` and `readiness` must outlive it. Returns
  // kInvalidArgument if it is no such address, kUnavailable if it cannot listen there; both name the flag
  // --metrics_listen.
  static absl::StatusOr<std::unique_ptr<OpsServer>> Start(const std::string& address,
                                                          const prometheus::Registry& registry,
                                                          const Readiness& readiness);
  int port() const { return server_->port(); }

 private:
  explicit OpsServer(std::unique_ptr<http::HttpServer> server) : server_(std::move(server)) {}
  std::unique_ptr<http::HttpServer> server_;
};

}  // namespace fleet::metrics

#endif  // FLEET_COMMON_METRICS_OPS_SERVER_H_
