// A collector of traces: takes OTLP over HTTP, and reads it by the published protos.
#ifndef FLEET_TESTS_SUPPORT_TRACE_COLLECTOR_H_
#define FLEET_TESTS_SUPPORT_TRACE_COLLECTOR_H_

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/http/http_message.h"
#include "common/http/http_server.h"
#include "common/lifecycle/mutex.h"

namespace fleet::testing {

struct CollectedSpan {
  std::string service;  // that told of it
  std::string trace_id;
  std::string span_id;
  std::string parent_id;  // empty: it begins its trace
  std::string name;
  int64_t start_ns = 0;
  int64_t end_ns = 0;
  int status = 0;                                 // 2: an error
  std::map<std::string, std::string> attributes;  // numbers in words
  std::vector<std::string> links;                 // ids of spans
};

// Thread-safe. Its constructor throws std::runtime_error if it cannot read the protos or listen.
class TraceCollector {
 public:
  // `descriptors`: OTLP's trace_service.proto and what it imports, as protoc --include_imports --descriptor_set_out
  // writes them.
  explicit TraceCollector(const std::string& descriptors);
  ~TraceCollector();

  // "http://127.0.0.1:port".
  std::string url() const;
  // Answers 503 instead of taking what comes, until told otherwise.
  void SetAway(bool is_away);

  std::vector<CollectedSpan> Spans() const;
  // What was wrong with requests so far: bytes that are no ExportTraceServiceRequest by the protos, fields that they do
  // not have, ids that are not in hexadecimal.
  std::vector<std::string> Problems() const;

 private:
  struct Schema;
  http::Response Take(const http::Request& request);
  absl::Status Check(const std::string& body) const;

  const std::unique_ptr<Schema> schema_;
  mutable Mutex mutex_;
  bool is_away_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<CollectedSpan> spans_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> problems_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<http::HttpServer> server_;  // last: its thread uses the others
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_TRACE_COLLECTOR_H_
