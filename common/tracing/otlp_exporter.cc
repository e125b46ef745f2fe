#include "common/tracing/otlp_exporter.h"

#include <algorithm>
#include <cstdint>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "common/logging/structured_log.h"
#include "nlohmann/json.hpp"

namespace fleet::tracing {
namespace {

constexpr absl::Duration kFirstPause = absl::Seconds(1);
constexpr absl::Duration kLongestPause = absl::Minutes(1);

bool IsWorthAnotherTry(int status) { return status == 429 || status == 502 || status == 503 || status == 504; }

// Spans that the collector did not take although it took the request; they are not sent again.
std::size_t RejectedSpans(const std::string& body) {
  const nlohmann::json answer = nlohmann::json::parse(body, nullptr, false);
  if (!answer.is_object() || !answer.contains("partialSuccess")) return 0;
  const nlohmann::json& partial = answer["partialSuccess"];
  if (!partial.is_object() || !partial.contains("rejectedSpans")) return 0;
  const nlohmann::json& rejected = partial["rejectedSpans"];
  int64_t count = 0;
  if (rejected.is_number_integer()) count = rejected.get<int64_t>();
  if (rejected.is_string() && !absl::SimpleAtoi(rejected.get<std::string>(), &count)) count = 0;
  return static_cast<std::size_t>(std::max<int64_t>(0, count));
}

}  // namespace

OtlpExporter::OtlpExporter(Resource resource, SpanBuffer& buffer, Send send, metrics::TraceMetrics& metrics,
                           const Clock& clock)
    : resource_(std::move(resource)), buffer_(buffer), send_(std::move(send)), metrics_(metrics), clock_(clock) {}

OtlpExporter::Result OtlpExporter::RunOnce() {
  if (clock_.Elapsed() < not_before_) return Result::kIdle;
  if (body_.empty()) {
    const std::vector<Span> spans = buffer_.Take(kMostSpans);
    if (spans.empty()) return Result::kIdle;
    body_ = ToOtlpJson(resource_, spans);
    spans_ = spans.size();
    tries_ = 0;
  }
  const absl::StatusOr<http::Response> answer = send_(body_);
  ++tries_;
  if (answer.ok() && answer->status >= 200 && answer->status < 300) {
    CountTaken(*answer);
    body_.clear();
    return Result::kSent;
  }
  metrics_.CountFailure();
  if (answer.ok() && !IsWorthAnotherTry(answer->status)) {
    LogWarning("traces_refused", {{"http_status", answer->status}, {"spans", spans_}});
    GiveUp(metrics::SpanDrop::kRefused);
  } else if (tries_ >= kTries) {
    LogWarning("traces_given_up", {{"error", answer.status()}, {"spans", spans_}});
    GiveUp(answer.ok() ? metrics::SpanDrop::kRefused : metrics::SpanDrop::kUnreachable);
  }
  PutOff(answer.ok() ? &*answer : nullptr);
  return Result::kFailed;
}

void OtlpExporter::PutOff(const http::Response* answer) {
  absl::Duration pause = std::min(kLongestPause, kFirstPause * (int64_t{1} << (tries_ - 1)));
  int64_t seconds = 0;
  if (answer != nullptr && answer->headers.count("retry-after") > 0 &&
      absl::SimpleAtoi(answer->headers.at("retry-after"), &seconds) && seconds > 0) {
    pause = std::min(kLongestPause, absl::Seconds(seconds));
  }
  not_before_ = clock_.Elapsed() + pause;
}

void OtlpExporter::GiveUp(metrics::SpanDrop why) {
  metrics_.CountDropped(why, spans_);
  body_.clear();
}

void OtlpExporter::CountTaken(const http::Response& answer) {
  const std::size_t rejected = std::min(spans_, RejectedSpans(answer.body));
  metrics_.CountExported(spans_ - rejected);
  if (rejected > 0) metrics_.CountDropped(metrics::SpanDrop::kRefused, rejected);
}

}  // namespace fleet::tracing
