#include "common/rpc/failover_channel.h"

#include <utility>

#include "common/rpc/channel.h"

namespace fleet::rpc {

bool IsTransient(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::UNAVAILABLE ||
         status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED;
}

FailoverChannel::FailoverChannel(std::vector<std::string> addresses, std::string user, AfterLoss after_loss,
                                 std::size_t first)
    : addresses_(std::move(addresses)),
      user_(std::move(user)),
      after_loss_(after_loss),
      in_use_(first % addresses_.size()),
      channels_(addresses_.size()) {}

FailoverChannel::Server FailoverChannel::At(std::size_t index) {
  if (channels_[index] == nullptr) channels_[index] = MakeChannel(addresses_[index]);
  return {index, addresses_[index], channels_[index]};
}

void FailoverChannel::Lose(const Server& server) {
  // Another call may have replaced it already.
  if (after_loss_ == AfterLoss::kReplace && channels_[server.index] == server.channel)
    channels_[server.index] = nullptr;
}

FailoverChannel::Server FailoverChannel::InUse() {
  MutexLock lock(mutex_);
  return At(in_use_);
}

void FailoverChannel::MoveOn(const Server& lost) {
  MutexLock lock(mutex_);
  Lose(lost);
  if (in_use_ == lost.index) in_use_ = (lost.index + 1) % addresses_.size();
}

void FailoverChannel::Prepare(grpc::ClientContext& context, absl::Duration timeout) const {
  PrepareContext(context, user_, timeout);
}

grpc::Status FailoverChannel::Ask(absl::Duration timeout, Attempt attempt) {
  Server server = InUse();
  for (std::size_t asked = 1;; ++asked) {
    grpc::ClientContext context;
    Prepare(context, timeout);
    grpc::Status status = attempt(server.channel, context);
    MutexLock lock(mutex_);
    if (!IsTransient(status)) {
      in_use_ = server.index;
      return status;
    }
    Lose(server);
    if (asked == addresses_.size()) return status;
    server = At((server.index + 1) % addresses_.size());
  }
}

}  // namespace fleet::rpc
