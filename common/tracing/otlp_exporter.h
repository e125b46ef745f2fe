// Sends what a SpanBuffer holds to a collector, by OTLP over HTTP.
#ifndef FLEET_COMMON_TRACING_OTLP_EXPORTER_H_
#define FLEET_COMMON_TRACING_OTLP_EXPORTER_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/clock/clock.h"
#include "common/http/http_message.h"
#include "common/metrics/trace_metrics.h"
#include "common/tracing/otlp_json.h"
#include "common/tracing/span_buffer.h"

namespace fleet::tracing {

// Used by one thread at a time.
class OtlpExporter {
 public:
  static constexpr std::size_t kMostSpans = 512;  // of one request
  static constexpr int kTries = 8;                // of one batch

  // Posts a body and waits for the answer.
  using Send = std::function<absl::StatusOr<http::Response>(const std::string& body)>;

  // What is referred to must outlive it.
  OtlpExporter(Resource resource, SpanBuffer& buffer, Send send, metrics::TraceMetrics& metrics, const Clock& clock);

  enum class Result { kIdle, kSent, kFailed };
  // One batch, if there is one and it is time: an answer that says to try again (429, 502, 503, 504), or none at all,
  // puts it off, as long as the answer's Retry-After says, else twice as long each time. Any other failure gives it up,
  // and so does the last try.
  Result RunOnce();

 private:
  void PutOff(const http::Response* answer);
  void GiveUp(metrics::SpanDrop why);
  void CountTaken(const http::Response& answer);

  const Resource resource_;
  SpanBuffer& buffer_;
  const Send send_;
  metrics::TraceMetrics& metrics_;
  const Clock& clock_;
  std::string body_;  // on its way; empty: none
  std::size_t spans_ = 0;
  int tries_ = 0;
  absl::Duration not_before_ = -absl::InfiniteDuration();
};

}  // namespace fleet::tracing

#endif  // FLEET_COMMON_TRACING_OTLP_EXPORTER_H_
