#include "cli/fleetctl/client/watch_stream.h"

#include <chrono>
#include <cstddef>
#include <utility>

namespace fleet::cli {
namespace {

// Beyond these the service is left to wait, and to coalesce.
constexpr std::size_t kMaxQueued = 16;

}  // namespace

WatchStream::WatchStream(rpc::FailoverChannel& servers, const v1::WatchFleetRequest& request)
    : stub_(v1::FleetService::NewStub(servers.InUse().channel)) {
  servers.Prepare(context_, absl::InfiniteDuration());
  reader_ = stub_->WatchFleet(&context_, request);
  thread_ = std::thread([this] { Read(); });
}

WatchStream::~WatchStream() {
  context_.TryCancel();
  {
    MutexLock lock(mutex_);
    abandoned_ = true;
    changed_.SignalAll();
  }
  thread_.join();
}

std::optional<v1::WatchFleetResponse> WatchStream::Next(absl::Duration timeout) {
  const auto deadline = std::chrono::steady_clock::now() + absl::ToChronoNanoseconds(timeout);
  MutexLock lock(mutex_);
  while (messages_.empty() && !end_.has_value()) {
    const absl::Duration left = absl::FromChrono(deadline - std::chrono::steady_clock::now());
    if (left <= absl::ZeroDuration()) return std::nullopt;
    changed_.WaitFor(mutex_, left);
  }
  if (messages_.empty()) return std::nullopt;
  v1::WatchFleetResponse message = std::move(messages_.front());
  messages_.pop_front();
  changed_.SignalAll();
  return message;
}

std::optional<grpc::Status> WatchStream::End() {
  MutexLock lock(mutex_);
  if (!messages_.empty()) return std::nullopt;
  return end_;
}

void WatchStream::Read() {
  v1::WatchFleetResponse message;
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

}  // namespace fleet::cli
