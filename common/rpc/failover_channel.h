// Several equal services as one: any call may go to any of them, and goes to the next when one does not answer. Every
// call carries the caller's identity.
#ifndef FLEET_COMMON_RPC_FAILOVER_CHANNEL_H_
#define FLEET_COMMON_RPC_FAILOVER_CHANNEL_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"
#include "common/lifecycle/mutex.h"
#include "grpcpp/channel.h"
#include "grpcpp/client_context.h"
#include "grpcpp/support/status.h"

namespace fleet::rpc {

// Whether another server, or the same a little later, may well answer what this one did not: UNAVAILABLE and
// DEADLINE_EXCEEDED.
bool IsTransient(const grpc::Status& status);

// Thread-safe.
class FailoverChannel {
 public:
  // What becomes of the connection to a server that did not answer.
  enum class AfterLoss {
    kKeep,    // gRPC connects it again in its own time; calls until then fail at once
    kReplace  // the next turn connects anew at once, instead of waiting out gRPC's own backoff
  };

  struct Server {
    std::size_t index = 0;
    std::string address;
    std::shared_ptr<grpc::Channel> channel;
  };

  // `addresses`: "host:port", at least one. `user` is sent with every call, unless it is empty. The first to be asked
  // is addresses[first].
  FailoverChannel(std::vector<std::string> addresses, std::string user, AfterLoss after_loss, std::size_t first = 0);

  std::size_t size() const { return addresses_.size(); }
  // Connects with the first call.
  Server InUse();
  // Goes over from `lost` to the next server, round and round, unless it is not in use any more.
  void MoveOn(const Server& lost);
  // What every call needs: the identity, and a deadline unless `timeout` is infinite.
  void Prepare(grpc::ClientContext& context, absl::Duration timeout) const;

  // Makes one call, of up to `timeout` for each server: to the one in use and, after a transient status, to the others,
  // each once. The one that answers stays in use. Returns the last status.
  using Attempt = absl::FunctionRef<grpc::Status(const std::shared_ptr<grpc::Channel>&, grpc::ClientContext&)>;
  grpc::Status Ask(absl::Duration timeout, Attempt attempt);

 private:
  Server At(std::size_t index) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Lose(const Server& server) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const std::vector<std::string> addresses_;
  const std::string user_;
  const AfterLoss after_loss_;
  Mutex mutex_;
  std::size_t in_use_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::shared_ptr<grpc::Channel>> channels_ ABSL_GUARDED_BY(mutex_);  // null until used
};

}  // namespace fleet::rpc

#endif  // FLEET_COMMON_RPC_FAILOVER_CHANNEL_H_
