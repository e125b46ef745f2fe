#include "cli/fleetctl/client/fleet_client.h"

#include <algorithm>
#include <cstddef>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "cli/fleetctl/client/call_failure.h"
#include "common/rpc/backoff.h"
#include "common/rpc/channel.h"
#include "common/status/error_info.h"

namespace fleet::cli {
namespace {

// One frozen server must leave time for another.
constexpr int kAttemptsWithinTimeout = 3;

// What each server did last, for the error that names them all.
class FailureLog {
 public:
  void Add(const std::string& address, const absl::Status& status) {
    // The last attempt may have had but a moment: what the server said before tells more than that it was late.
    const bool known = by_address_.count(address) > 0;
    if (known && status.code() == absl::StatusCode::kDeadlineExceeded) return;
    last_ = status;
    by_address_[address] = status;
  }

  absl::Status Summarize() const {
    // A server that was reached knows best what is wrong.
    for (const auto& [address, status] : by_address_) {
      if (GetErrorInfo(status).reason != "SERVER_UNREACHABLE") return status;
    }
    ErrorInfo info;
    info.reason = "SERVER_UNREACHABLE";
    const std::string causes = absl::StrJoin(by_address_, "; ", [](std::string* out, const auto& entry) {
      absl::StrAppend(out, std::string(entry.second.message()));
    });
    return MakeError(last_.code(), absl::StrCat("cannot reach fleet-service: ", causes), std::move(info));
  }

 private:
  absl::Status last_;
  std::map<std::string, absl::Status> by_address_;
};

}  // namespace

FleetClient::FleetClient(rpc::FailoverChannel& servers, const Options& options, Interruption& interruption,
                         const Clock& clock)
    : servers_(servers), options_(options), interruption_(interruption), clock_(clock) {}

absl::Status FleetClient::Repeat(Attempt attempt) {
  const absl::Duration begin = clock_.Elapsed();
  const absl::Duration end = begin + options_.timeout;
  bool told = options_.on_trouble == nullptr;
  rpc::Backoff backoff(options_.patience.first_pause, options_.patience.longest_pause);
  FailureLog failures;
  for (int round = 1;; ++round) {
    for (std::size_t i = 0; i < servers_.size(); ++i) {
      const absl::Duration left = end - clock_.Elapsed();
      if (left <= absl::ZeroDuration()) return failures.Summarize();
      const rpc::FailoverChannel::Server server = servers_.InUse();
      const grpc::Status status =
          AttemptOnce(attempt, server, std::min(left, options_.timeout / kAttemptsWithinTimeout));
      if (status.ok()) return absl::OkStatus();
      if (interruption_.raised()) return absl::CancelledError("interrupted");
      if (!rpc::IsTransient(status)) return DescribeFailure(server.address, status);
      failures.Add(server.address, DescribeFailure(server.address, status));
      servers_.MoveOn(server);
    }
    if (round >= options_.patience.rounds) return failures.Summarize();
    if (!told && clock_.Elapsed() - begin >= options_.patience.quiet_for) {
      told = true;
      options_.on_trouble(failures.Summarize(), end - clock_.Elapsed());
    }
    const absl::Duration pause = std::min(backoff.Next(), end - clock_.Elapsed());
    if (!interruption_.SleepFor(pause)) return absl::CancelledError("interrupted");
  }
}

grpc::Status FleetClient::AttemptOnce(Attempt attempt, const rpc::FailoverChannel::Server& server,
                                      absl::Duration timeout) {
  grpc::ClientContext context;
  servers_.Prepare(context, timeout);
  if (!traceparent_.empty()) context.AddMetadata(rpc::kTraceparentKey, traceparent_);
  const Interruption::Subscription cancel(interruption_, [&context](int) { context.TryCancel(); });
  return attempt(server.channel, context);
}

}  // namespace fleet::cli
