// Calls without a wire.
#ifndef FLEET_TESTS_UNIT_COMMON_RPC_FAKE_TRANSPORT_H_
#define FLEET_TESTS_UNIT_COMMON_RPC_FAKE_TRANSPORT_H_

#include <atomic>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "common/clock/clock.h"
#include "common/lifecycle/mutex.h"
#include "common/rpc/call_record.h"
#include "common/rpc/malformed_request.h"
#include "common/rpc/transport.h"
#include "prometheus/registry.h"
#include "tests/support/wait_until.h"
#include "tests/unit/common/metrics/metrics_text.h"

namespace fleet::rpc {

class FakeMetadata : public Metadata {
 public:
  FakeMetadata(std::initializer_list<std::pair<const std::string, std::string>> entries) : entries_(entries) {}
  std::vector<absl::string_view> Values(absl::string_view key) const override {
    std::vector<absl::string_view> values;
    const auto [first, last] = entries_.equal_range(std::string(key));
    for (auto entry = first; entry != last; ++entry) values.push_back(entry->second);
    return values;
  }

 private:
  std::multimap<std::string, std::string> entries_;
};

// The caller is "ann" and sends `body`. Thread-safe.
template <typename Base>
class FakeTransportOf : public Base {
 public:
  explicit FakeTransportOf(std::string body = "") : body_(std::move(body)) {}

  std::vector<absl::string_view> Values(absl::string_view key) const override { return metadata_.Values(key); }
  absl::Duration TimeLeft() const override { return absl::Seconds(7); }
  std::size_t RequestBytes() const override { return body_.size(); }
  absl::Status ReadRequest(google::protobuf::Message& request) override {
    ++reads_;
    return request.ParseFromString(body_) ? absl::OkStatus() : MalformedRequest(request, body_);
  }

  void SendNoUser() { metadata_ = FakeMetadata({}); }
  void SendTraceparent(const std::string& text) {
    metadata_ = FakeMetadata({{"x-fleet-user", "ann"}, {"traceparent", text}});
  }
  int reads() const { return reads_; }

 private:
  FakeMetadata metadata_{{"x-fleet-user", "ann"}};
  const std::string body_;
  std::atomic<int> reads_ = 0;
};

class FakeUnaryTransport : public FakeTransportOf<UnaryTransport> {
 public:
  using FakeTransportOf::FakeTransportOf;
  void End(const absl::Status& status, const google::protobuf::Message& response) override {
    MutexLock lock(mutex_);
    statuses_.push_back(status);
    response_ = response.ShortDebugString();
  }

  std::vector<absl::Status> statuses() {
    MutexLock lock(mutex_);
    return statuses_;
  }
  // Waits for the end.
  absl::Status status() {
    if (!testing::WaitUntil([this] { return !statuses().empty(); })) return absl::InternalError("it has not ended");
    return statuses().front();
  }
  std::string response() {
    MutexLock lock(mutex_);
    return response_;
  }

 private:
  Mutex mutex_;
  std::vector<absl::Status> statuses_ ABSL_GUARDED_BY(mutex_);
  std::string response_ ABSL_GUARDED_BY(mutex_);
};

// Keeps what it is told as words: "write a", "last b", "end OK".
class FakeStreamTransport : public FakeTransportOf<StreamTransport> {
 public:
  using FakeTransportOf::FakeTransportOf;
  void Write(SharedBytes message) override { Add("write " + *message); }
  void End(const absl::Status& status) override { Add("end " + status.ToString()); }
  void Drop() override {
    Add("drop");
    if (during_drop) during_drop();
  }

  std::function<void()> during_drop;

  std::vector<std::string> events() {
    MutexLock lock(mutex_);
    return events_;
  }
  // Waits until there are `count`.
  std::vector<std::string> Await(std::size_t count) {
    (void)testing::WaitUntil([&] { return events().size() >= count; });
    return events();
  }

 private:
  void Add(std::string event) {
    MutexLock lock(mutex_);
    events_.push_back(std::move(event));
  }

  Mutex mutex_;
  std::vector<std::string> events_ ABSL_GUARDED_BY(mutex_);
};

struct TestEnvironment {
  std::string Metrics() const { return metrics::MetricsText(*registry); }
  static std::string Refused(const std::string& reason, int count) {
    return absl::StrCat("fleet_service_requests_refused_total{reason=\"", reason, "\"} ", count, "\n");
  }

  const std::shared_ptr<prometheus::Registry> registry = std::make_shared<prometheus::Registry>();
  metrics::RpcMetrics rpc_metrics{*registry};
  metrics::IntakeMetrics intake{*registry};
  Authenticator authenticator{true};
  RequestBudget budget;
  OpenStreams streams{Clock::System()};
  CallEnvironment calls{authenticator, rpc_metrics, intake, Clock::System(), budget, streams};
};

}  // namespace fleet::rpc

#endif  // FLEET_TESTS_UNIT_COMMON_RPC_FAKE_TRANSPORT_H_
