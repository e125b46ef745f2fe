#include "tests/support/trace_collector.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/util/json_util.h>

#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "nlohmann/json.hpp"

namespace fleet::testing {
namespace {

using nlohmann::json;

constexpr char kRequest[] = "opentelemetry.proto.collector.trace.v1.ExportTraceServiceRequest";

bool IsHex(const std::string& text, std::size_t digits) {
  return text.size() == digits && text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

// OTLP writes ids in hexadecimal where protobuf's JSON has base64: puts them as protobuf reads them.
void PutIdsAsProtobufDoes(json& value) {
  if (value.is_array()) {
    for (json& element : value) PutIdsAsProtobufDoes(element);
  }
  if (!value.is_object()) return;
  for (auto& [key, member] : value.items()) {
    if (key != "traceId" && key != "spanId" && key != "parentSpanId") {
      PutIdsAsProtobufDoes(member);
      continue;
    }
    const std::string id = member.get<std::string>();
    if (!IsHex(id, key == "traceId" ? 32 : 16)) throw std::runtime_error(absl::StrCat(key, " is ", id));
    member = absl::Base64Escape(absl::HexStringToBytes(id));
  }
}

std::string InWords(const json& value) {
  const json& held = value.begin().value();
  return held.is_string() ? held.get<std::string>() : held.dump();
}

std::map<std::string, std::string> AttributesOf(const json& holder) {
  std::map<std::string, std::string> attributes;
  if (!holder.contains("attributes")) return attributes;
  for (const json& attribute : holder.at("attributes")) {
    attributes[attribute.at("key").get<std::string>()] = InWords(attribute.at("value"));
  }
  return attributes;
}

int64_t TimeIn(const json& span, const char* key) {
  return std::strtoll(span.at(key).get<std::string>().c_str(), nullptr, 10);
}

CollectedSpan Collect(const json& span, const std::string& service) {
  CollectedSpan collected;
  collected.service = service;
  collected.trace_id = span.at("traceId").get<std::string>();
  collected.span_id = span.at("spanId").get<std::string>();
  collected.parent_id = span.value("parentSpanId", "");
  collected.name = span.at("name").get<std::string>();
  collected.start_ns = TimeIn(span, "startTimeUnixNano");
  collected.end_ns = TimeIn(span, "endTimeUnixNano");
  if (span.contains("status")) collected.status = span.at("status").value("code", 0);
  collected.attributes = AttributesOf(span);
  if (!span.contains("links")) return collected;
  for (const json& link : span.at("links")) collected.links.push_back(link.at("spanId").get<std::string>());
  return collected;
}

std::vector<CollectedSpan> SpansIn(const json& request) {
  std::vector<CollectedSpan> spans;
  for (const json& resource : request.at("resourceSpans")) {
    const std::string service = AttributesOf(resource.at("resource")).at("service.name");
    for (const json& scope : resource.at("scopeSpans")) {
      for (const json& span : scope.at("spans")) spans.push_back(Collect(span, service));
    }
  }
  return spans;
}

}  // namespace

struct TraceCollector::Schema {
  explicit Schema(const std::string& descriptors) {
    google::protobuf::FileDescriptorSet files;
    if (!files.ParseFromString(descriptors)) throw std::runtime_error("these are no descriptors");
    for (const google::protobuf::FileDescriptorProto& file : files.file()) pool.BuildFile(file);
    request = pool.FindMessageTypeByName(kRequest);
    if (request == nullptr) throw std::runtime_error(absl::StrCat("the protos have no ", kRequest));
  }

  google::protobuf::DescriptorPool pool;
  const google::protobuf::Descriptor* request = nullptr;
};

TraceCollector::TraceCollector(const std::string& descriptors) : schema_(std::make_unique<Schema>(descriptors)) {
  http::Limits limits;
  limits.body_bytes = std::uint64_t{8} << 20;
  auto server = http::HttpServer::Start(
      "127.0.0.1:0", limits,
      [this](const http::Request& request, const http::Respond& respond) { respond(Take(request)); });
  if (!server.ok()) throw std::runtime_error(server.status().ToString());
  server_ = *std::move(server);
}

TraceCollector::~TraceCollector() = default;

std::string TraceCollector::url() const { return absl::StrCat("http://127.0.0.1:", server_->port()); }

void TraceCollector::SetAway(bool is_away) {
  MutexLock lock(mutex_);
  is_away_ = is_away;
}

std::vector<CollectedSpan> TraceCollector::Spans() const {
  MutexLock lock(mutex_);
  return spans_;
}

std::vector<std::string> TraceCollector::Problems() const {
  MutexLock lock(mutex_);
  return problems_;
}

absl::Status TraceCollector::Check(const std::string& body) const {
  json request = json::parse(body);
  PutIdsAsProtobufDoes(request);
  google::protobuf::DynamicMessageFactory factory;
  const std::unique_ptr<google::protobuf::Message> message(factory.GetPrototype(schema_->request)->New());
  const auto read = google::protobuf::util::JsonStringToMessage(request.dump(), message.get());
  return read.ok() ? absl::OkStatus() : absl::InvalidArgumentError(read.ToString());
}

http::Response TraceCollector::Take(const http::Request& request) {
  http::Response response;
  response.content_type = "application/json";
  response.body = "{}";
  MutexLock lock(mutex_);
  if (is_away_) {
    response.status = 503;
    return response;
  }
  if (request.method != "POST" || request.path != "/v1/traces") {
    problems_.push_back(absl::StrCat(request.method, " ", request.path));
    response.status = 404;
    return response;
  }
  try {
    const absl::Status read = Check(request.body);
    if (!read.ok()) problems_.push_back(read.ToString());
    for (CollectedSpan& span : SpansIn(json::parse(request.body))) spans_.push_back(std::move(span));
  } catch (const std::exception& error) {
    problems_.emplace_back(error.what());
    response.status = 400;
  }
  return response;
}

}  // namespace fleet::testing
