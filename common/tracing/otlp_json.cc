#include "common/tracing/otlp_json.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace fleet::tracing {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kMostText = 1024;
constexpr char kScope[] = "fleet";

Json TextValue(const std::string& text) { return {{"stringValue", text.substr(0, kMostText)}}; }

Json ValueOf(const Attribute& attribute) {
  if (const auto* text = std::get_if<std::string>(&attribute.value)) return TextValue(*text);
  if (const auto* flag = std::get_if<bool>(&attribute.value)) return {{"boolValue", *flag}};
  return {{"intValue", absl::StrCat(std::get<int64_t>(attribute.value))}};
}

Json KeyValue(const char* key, Json value) { return {{"key", key}, {"value", std::move(value)}}; }

// 64-bit numbers are texts in JSON.
std::string Nanoseconds(absl::Time time) { return absl::StrCat(absl::ToUnixNanos(time)); }

Json StatusOf(const Span& span) {
  Json status = {{"code", static_cast<int>(span.status)}};
  if (span.status == SpanStatus::kError && !span.message.empty()) status["message"] = span.message.substr(0, kMostText);
  return status;
}

Json SpanJson(const Span& span) {
  Json json = {{"traceId", span.trace_id.ToHex()}, {"spanId", span.span_id.ToHex()}};
  if (!span.parent_id.IsNone()) json["parentSpanId"] = span.parent_id.ToHex();
  json["name"] = span.name.substr(0, kMostText);
  json["kind"] = static_cast<int>(span.kind);
  json["startTimeUnixNano"] = Nanoseconds(span.start);
  json["endTimeUnixNano"] = Nanoseconds(std::max(span.start, span.end));
  for (const Attribute& attribute : span.attributes) {
    json["attributes"].push_back(KeyValue(attribute.key, ValueOf(attribute)));
  }
  for (const auto& [trace, linked] : span.links) {
    json["links"].push_back({{"traceId", trace.ToHex()}, {"spanId", linked.ToHex()}});
  }
  if (span.status != SpanStatus::kUnset) json["status"] = StatusOf(span);
  return json;
}

}  // namespace

std::string ToOtlpJson(const Resource& resource, const std::vector<Span>& spans) {
  Json attributes = Json::array();
  attributes.push_back(KeyValue("service.name", TextValue(resource.service_name)));
  attributes.push_back(KeyValue("service.version", TextValue(resource.service_version)));
  attributes.push_back(KeyValue("service.instance.id", TextValue(resource.instance_id)));
  Json scope_spans;
  scope_spans["scope"] = {{"name", kScope}, {"version", resource.service_version}};
  scope_spans["spans"] = Json::array();
  for (const Span& span : spans) scope_spans["spans"].push_back(SpanJson(span));
  Json resource_spans;
  resource_spans["resource"]["attributes"] = std::move(attributes);
  resource_spans["scopeSpans"].push_back(std::move(scope_spans));
  Json request;
  request["resourceSpans"].push_back(std::move(resource_spans));
  return request.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace fleet::tracing
