#include "common/metrics/ops_server.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "common/metrics/process_metrics.h"
#include "prometheus/text_serializer.h"

namespace fleet::metrics {
namespace {

// Scrapers and probes, and whoever looks by hand.
http::Limits OpsLimits() {
  http::Limits limits;
  limits.body_bytes = 4096;  // whoever sends one is answered 405
  return limits;
}

http::Response Text(int status, const std::string& body) {
  http::Response response;
  response.status = status;
  response.body = body;
  return response;
}

http::Response Metrics(const prometheus::Registry& registry, bool ready) {
  std::vector<prometheus::MetricFamily> families = registry.Collect();
  families.push_back(CollectReady(ready));
  for (prometheus::MetricFamily& family : CollectProcessMetrics()) families.push_back(std::move(family));
  http::Response response = Text(200, prometheus::TextSerializer().Serialize(families));
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  return response;
}

// One line: what libpq says has several.
http::Response Ready(const absl::Status& status) {
  if (status.ok()) return Text(200, "ready\n");
  return Text(503, absl::StrCat("not ready: ",
                                absl::StrJoin(
                                    absl::StrSplit(status.message(), absl::ByAnyChar(" \t\n"), absl::SkipEmpty()), " "),
                                "\n"));
}

}  // namespace

http::Response AnswerOps(const http::Request& request, const prometheus::Registry& registry,
                         const Readiness& readiness) {
  if (request.method != "GET" && request.method != "HEAD") {
    http::Response refusal = Text(405, absl::StrCat(request.method, " is not served here, only GET and HEAD are\n"));
    refusal.headers["Allow"] = "GET, HEAD";
    return refusal;
  }
  if (request.path == "/metrics") return Metrics(registry, readiness.Check().ok());
  if (request.path == "/healthz") return Text(200, "ok\n");
  if (request.path == "/readyz") return Ready(readiness.Check());
  return Text(404, "not found: there are /metrics, /healthz and /readyz\n");
}

absl::StatusOr<std::unique_ptr<OpsServer>> OpsServer::Start(const std::string& address,
                                                            const prometheus::Registry& registry,
                                                            const Readiness& readiness) {
  auto server = http::HttpServer::Start(address, OpsLimits(), [&](const http::Request& request, const auto& respond) {
    respond(AnswerOps(request, registry, readiness));
  });
  if (!server.ok())
    return absl::Status(server.status().code(), absl::StrCat("--metrics_listen: ", server.status().message()));
  return std::unique_ptr<OpsServer>(new OpsServer(*std::move(server)));
}

}  // namespace fleet::metrics
