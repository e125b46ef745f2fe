// One stream of a service's messages, read by a thread of its own so that who waits for a message can also wait for
// time to pass.
#ifndef FLEET_CLI_FLEETCTL_CLIENT_RESPONSE_STREAM_H_
#define FLEET_CLI_FLEETCTL_CLIENT_RESPONSE_STREAM_H_

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <thread>
#include <utility>

#include "absl/time/time.h"
#include "common/lifecycle/mutex.h"
#include "common/rpc/failover_channel.h"
#include "fleet/v1/fleet_service.grpc.pb.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"

namespace fleet::cli {

template <typename Response>
class ResponseStream {
 public:
  template <typename Request>
  using Method = std::unique_ptr<grpc::ClientReader<Response>> (v1::FleetService::Stub::*)(grpc::ClientContext*,
                                                                                           const Request&);

  // Begins the call, at the server in use; failures show as the stream's end.
  template <typename Request>
  ResponseStream(rpc::FailoverChannel& servers, Method<Request> method, const Request& request)
      : stub_(v1::FleetService::NewStub(servers.InUse().channel)) {
    servers.Prepare(context_, absl::InfiniteDuration());
    reader_ = (stub_.get()->*method)(&context_, request);
    thread_ = std::thread([this] { Read(); });
  }
  // Cancels the call if it goes on.
  ~ResponseStream() {
    context_.TryCancel();
    {
      MutexLock lock(mutex_);
      abandoned_ = true;
      changed_.SignalAll();
    }
    thread_.join();
  }
  ResponseStream(const ResponseStream&) = delete;
  ResponseStream& operator=(const ResponseStream&) = delete;

  // The next message; nullopt if none came within `timeout` or the stream has ended.
  std::optional<Response> Next(absl::Duration timeout) {
    const auto deadline = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(timeout);
    MutexLock lock(mutex_);
    while (messages_.empty() && !end_.has_value()) {
      const absl::Duration left = absl::FromChrono(deadline - std::chrono::steady_clock::now());
      if (left <= absl::ZeroDuration()) return std::nullopt;
      changed_.WaitFor(mutex_, left);
    }
    if (messages_.empty()) return std::nullopt;
    Response message = std::move(messages_.front());
    messages_.pop_front();
    changed_.SignalAll();
    return message;
  }
  // How the stream ended; nullopt while it goes on or messages are left to take.
  std::optional<grpc::Status> End() {
    MutexLock lock(mutex_);
    if (!messages_.empty()) return std::nullopt;
    return end_;
  }
  // Makes it end soon. Thread-safe.
  void Cancel() { context_.TryCancel(); }

 private:
  // Beyond these the service is left to wait, and to coalesce or to skip.
  static constexpr std::size_t kMaxQueued = 16;

  void Read() {
    Response message;
    while (reader_->Read(&message)) {
      MutexLock lock(mutex_);
      while (messages_.size() >= kMaxQueued && !abandoned_) changed_.Wait(mutex_);
      if (abandoned_) break;
      messages_.push_back(std::move(message));
      message.Clear();
      changed_.SignalAll();
    }
    const grpc::Status end = reader_->Finish();
    MutexLock lock(mutex_);
    end_ = end;
    changed_.SignalAll();
  }

  const std::unique_ptr<v1::FleetService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<Response>> reader_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<Response> messages_ ABSL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
  bool abandoned_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_CLIENT_RESPONSE_STREAM_H_
