// Unary calls to whichever of the servers answers. Every call of the contract may be repeated safely (CreateFleet and
// RetryFleet by their request_id), so all of them are, for as long as the timeout lasts.
#ifndef FLEET_CLI_FLEETCTL_CLIENT_FLEET_CLIENT_H_
#define FLEET_CLI_FLEETCTL_CLIENT_FLEET_CLIENT_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "cli/fleetctl/client/interruption.h"
#include "cli/fleetctl/client/patience.h"
#include "common/clock/clock.h"
#include "common/rpc/failover_channel.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"

namespace fleet::cli {

class FleetClient {
 public:
  struct Options {
    // For one call with all its repetitions.
    absl::Duration timeout = absl::Seconds(30);
    Patience patience;
    // Told once of a call that goes on without an answer: the last failure, and the time that is left.
    std::function<void(const absl::Status& failure, absl::Duration left)> on_trouble = nullptr;
  };

  // What it refers to must outlive it.
  FleetClient(rpc::FailoverChannel& servers, const Options& options, Interruption& interruption, const Clock& clock);

  // Call<v1::FleetService>(&v1::FleetService::Stub::GetFleet, request). Repeats UNAVAILABLE and DEADLINE_EXCEEDED over
  // all servers. Returns what the service answered; with reason SERVER_UNREACHABLE if none did; kCancelled if it was
  // interrupted.
  template <typename Service, typename Stub, typename Request, typename Response>
  absl::StatusOr<Response> Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                                const Request& request) {
    Response response;
    const absl::Status status =
        Repeat([&](const std::shared_ptr<grpc::Channel>& channel, grpc::ClientContext& context) {
          return (Service::NewStub(channel).get()->*method)(&context, request, &response);
        });
    if (!status.ok()) return status;
    return response;
  }

  // Calls from now on are sent with this traceparent; empty: without one. Not while a call is under way.
  void TraceBelow(std::string traceparent) { traceparent_ = std::move(traceparent); }

  rpc::FailoverChannel& servers() { return servers_; }
  const Options& options() const { return options_; }

 private:
  using Attempt = rpc::FailoverChannel::Attempt;

  absl::Status Repeat(Attempt attempt);
  grpc::Status AttemptOnce(Attempt attempt, const rpc::FailoverChannel::Server& server, absl::Duration timeout);

  rpc::FailoverChannel& servers_;
  const Options options_;
  Interruption& interruption_;
  const Clock& clock_;
  std::string traceparent_;
};

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_CLIENT_FLEET_CLIENT_H_
