// Spans as an ExportTraceServiceRequest in OTLP's own JSON, which is not protobuf's: ids in hexadecimal, enums as
// numbers (opentelemetry.io/docs/specs/otlp). Pure.
#ifndef FLEET_COMMON_TRACING_OTLP_JSON_H_
#define FLEET_COMMON_TRACING_OTLP_JSON_H_

#include <string>
#include <vector>

#include "common/tracing/span.h"

namespace fleet::tracing {

// Who records spans.
struct Resource {
  std::string service_name;  // "fleet-service"
  std::string service_version;
  std::string instance_id;  // of this process alone
};

// Texts are cut to 1,024 bytes, and what is no UTF-8 in them is replaced.
std::string ToOtlpJson(const Resource& resource, const std::vector<Span>& spans);

}  // namespace fleet::tracing

#endif  // FLEET_COMMON_TRACING_OTLP_JSON_H_
