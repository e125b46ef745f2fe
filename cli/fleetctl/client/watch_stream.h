// One WatchFleet stream, read by a thread of its own so that who waits for a message can also wait for time to pass.
#ifndef FLEET_CLI_FLEETCTL_CLIENT_WATCH_STREAM_H_
#define FLEET_CLI_FLEETCTL_CLIENT_WATCH_STREAM_H_

#include <deque>
#include <memory>
#include <optional>
#include <thread>

#include "absl/time/time.h"
#include "common/lifecycle/mutex.h"
#include "common/rpc/failover_channel.h"
#include "fleet/v1/fleet_service.grpc.pb.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"

namespace fleet::cli {

class WatchStream {
 public:
  // Begins the call, at the server in use; failures show as the stream's end.
  WatchStream(rpc::FailoverChannel& servers, const v1::WatchFleetRequest& request);
  // Cancels the call if it goes on.
  ~WatchStream();
  WatchStream(const WatchStream&) = delete;
  WatchStream& operator=(const WatchStream&) = delete;

  // The next message; nullopt if none came within `timeout` or the stream has ended.
  std::optional<v1::WatchFleetResponse> Next(absl::Duration timeout);
  // How the stream ended; nullopt while it goes on or messages are left to take.
  std::optional<grpc::Status> End();
  // Makes it end soon. Thread-safe.
  void Cancel() { context_.TryCancel(); }

 private:
  void Read();

  const std::unique_ptr<v1::FleetService::Stub> stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<v1::WatchFleetResponse>> reader_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<v1::WatchFleetResponse> messages_ ABSL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
  bool abandoned_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_CLIENT_WATCH_STREAM_H_
