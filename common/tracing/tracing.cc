#include "common/tracing/tracing.h"

#include <cmath>
#include <utility>

#include "absl/strings/str_cat.h"
#include "common/clock/clock.h"
#include "common/http/http_client.h"
#include "common/lifecycle/periodic_loop.h"
#include "common/tracing/otlp_exporter.h"

namespace fleet::tracing {
namespace {

constexpr absl::Duration kExportInterval = absl::Seconds(1);
constexpr absl::Duration kExportTimeout = absl::Seconds(10);
constexpr absl::Duration kLastExport = absl::Seconds(2);

// An endpoint without a path is a collector's, as OpenTelemetry's own settings have it.
std::string TracesUrl(const std::string& endpoint) {
  const std::size_t scheme = endpoint.find("://");
  const std::size_t slash = scheme == std::string::npos ? std::string::npos : endpoint.find('/', scheme + 3);
  if (slash == std::string::npos) return absl::StrCat(endpoint, "/v1/traces");
  return slash + 1 == endpoint.size() ? absl::StrCat(endpoint, "v1/traces") : endpoint;
}

}  // namespace

absl::Status TracingConfig::Validate() const {
  if (std::isnan(ratio) || ratio < 0 || ratio > 1)
    return absl::InvalidArgumentError("--trace_ratio must be from 0 to 1");
  if (otlp_endpoint.empty()) return absl::OkStatus();
  const absl::Status url = http::HttpClient::Make(TracesUrl(otlp_endpoint)).status();
  return url.ok() ? url : absl::InvalidArgumentError(absl::StrCat("--otlp_endpoint: ", std::string(url.message())));
}

struct Tracing::Parts {
  Parts(http::HttpClient the_client, const std::string& component, metrics::TraceMetrics& metrics)
      : client(std::move(the_client)),
        buffer(metrics, SpanBuffer::kUsualCapacity, [this] { loop.Wake(); }),
        exporter(
            {component, FLEET_VERSION, NewSpanId().ToHex()}, buffer,
            [this](const std::string& body) { return client.Post("application/json", body, timeout); }, metrics,
            Clock::System()),
        loop(kExportInterval, [this] {
          return exporter.RunOnce() == OtlpExporter::Result::kSent ? PeriodicLoop::Next::kAgain
                                                                   : PeriodicLoop::Next::kWait;
        }) {}

  ~Parts() {
    loop.Stop();
    const Clock& clock = Clock::System();
    const absl::Duration end = clock.Elapsed() + kLastExport;
    timeout = kLastExport;
    while (clock.Elapsed() < end && exporter.RunOnce() == OtlpExporter::Result::kSent) {
    }
  }

  const http::HttpClient client;
  absl::Duration timeout = kExportTimeout;  // changes once the loop has ended
  SpanBuffer buffer;
  OtlpExporter exporter;
  PeriodicLoop loop;
};

Tracing::Tracing(const TracingConfig& config, const std::string& component, prometheus::Registry& registry)
    : metrics_(registry) {
  if (config.otlp_endpoint.empty()) return;
  absl::StatusOr<http::HttpClient> client = http::HttpClient::Make(TracesUrl(config.otlp_endpoint));
  if (!client.ok()) return;
  parts_ = std::make_unique<Parts>(*std::move(client), component, metrics_);
  tracer_ = Tracer(parts_->buffer, config.ratio);
}

Tracing::~Tracing() = default;

}  // namespace fleet::tracing
