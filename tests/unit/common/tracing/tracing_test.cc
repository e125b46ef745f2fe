#include "common/tracing/tracing.h"

#include <gmock/gmock.h>

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/http/http_server.h"
#include "common/lifecycle/mutex.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"
#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::tracing {
namespace {

using ::fleet::testing::StatusIs;
using ::fleet::testing::WaitUntil;
using ::testing::HasSubstr;

// Counts what is posted to /v1/traces. Thread-safe.
class CountingCollector {
 public:
  CountingCollector() {
    http::Limits limits;
    limits.body_bytes = std::uint64_t{8} << 20;
    auto server = http::HttpServer::Start("127.0.0.1:0", limits,
                                          [this](const http::Request& request, const http::Respond& respond) {
                                            MutexLock lock(mutex_);
                                            if (request.path == "/v1/traces") bodies_.push_back(request.body);
                                            respond({});
                                          });
    FLEET_EXPECT_OK(server);
    server_ = *std::move(server);
  }
  std::string url() const { return absl::StrCat("http://127.0.0.1:", server_->port()); }
  std::size_t count() {
    MutexLock lock(mutex_);
    return bodies_.size();
  }

 private:
  Mutex mutex_;
  std::vector<std::string> bodies_ ABSL_GUARDED_BY(mutex_);
  std::unique_ptr<http::HttpServer> server_;
};

TEST(TracingTest, IsOffWithoutAnEndpoint) {
  prometheus::Registry registry;
  const Tracing tracing({}, "fleet-test", registry);
  EXPECT_FALSE(tracing.tracer().is_on());
  EXPECT_THAT(metrics::MetricsText(registry), HasSubstr("fleet_trace_spans_exported_total 0\n"));
}

TEST(TracingTest, WhatIsRecordedReachesTheCollector) {
  CountingCollector collector;
  prometheus::Registry registry;
  const Tracing tracing({collector.url(), 1}, "fleet-test", registry);
  tracing.tracer().Record(Span());
  EXPECT_TRUE(WaitUntil([&] { return collector.count() == 1; }));
}

TEST(TracingTest, ABatchIsSentWithoutWaitingForMore) {
  CountingCollector collector;
  prometheus::Registry registry;
  const Tracing tracing({collector.url(), 1}, "fleet-test", registry);
  // More than it may hold, but in the pace of a fleet that ends.
  for (int i = 0; i < 8; ++i) {
    for (int span = 0; span < 600; ++span) tracing.tracer().Record(Span());
    EXPECT_TRUE(WaitUntil([&] { return tracing.tracer().room() == SpanBuffer::kUsualCapacity; }));
  }
  EXPECT_THAT(metrics::MetricsText(registry), HasSubstr("fleet_trace_spans_dropped_total{reason=\"buffer_full\"} 0"));
}

TEST(TracingTest, WhatIsLeftIsSentAtTheEnd) {
  CountingCollector collector;
  prometheus::Registry registry;
  {
    const Tracing tracing({absl::StrCat(collector.url(), "/"), 1}, "fleet-test", registry);
    tracing.tracer().Record(Span());
  }
  EXPECT_EQ(collector.count(), 1u);
}

TEST(TracingTest, SaysWhichFlagIsWrong) {
  EXPECT_THAT((TracingConfig{"", 1.5}.Validate()), StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(std::string(TracingConfig({"", -1}).Validate().message()), HasSubstr("--trace_ratio"));
  EXPECT_THAT(std::string(TracingConfig({"https://h", 1}).Validate().message()), HasSubstr("--otlp_endpoint"));
  FLEET_EXPECT_OK((TracingConfig{"http://h:4318", 1}.Validate()));
  FLEET_EXPECT_OK((TracingConfig{"http://h:4318/otlp/v1/traces", 0}.Validate()));
}

}  // namespace
}  // namespace fleet::tracing
