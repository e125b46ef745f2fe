#include "tests/bench/idle_cost.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "common/domain/ulid.h"
#include "common/lifecycle/mutex.h"
#include "common/rpc/grpc_status.h"
#include "common/status/status_macros.h"
#include "fleet/v1/runner_service.grpc.pb.h"
#include "tests/bench/latencies.h"
#include "tests/bench/process_usage.h"
#include "tests/bench/watcher_swarm.h"

namespace fleet::bench {
namespace {

constexpr std::size_t kCallsPerConnection = 100;
// Each registers a runner, a commit, and waits for a minute: more are not there at the same time.
constexpr int32_t kMostParkedLeases = 1000;
constexpr absl::Duration kIdleCallTimeout = absl::Seconds(60);
// What opening a stream allocates for a moment is given back, or not, by then.
constexpr absl::Duration kSettle = absl::Seconds(3);

// LeaseTasks calls that wait for work that does not come, each of a runner of its own.
class ParkedLeases {
 public:
  // They wait for up to a minute.
  absl::Status Open(BenchSession& session, int32_t count) {
    for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
      if (i % kCallsPerConnection == 0) stubs_.push_back(v1::RunnerService::NewStub(session.NewChannel()));
      FLEET_RETURN_IF_ERROR(OpenOne(session, *stubs_.back()));
    }
    return absl::OkStatus();
  }

  ~ParkedLeases() {
    for (const auto& call : calls_) call->context.TryCancel();
    MutexLock lock(mutex_);
    while (open_ > 0) ended_.Wait(mutex_);
  }

 private:
  struct Call {
    grpc::ClientContext context;
    v1::LeaseTasksRequest request;
    v1::LeaseTasksResponse response;
  };

  absl::Status OpenOne(BenchSession& session, v1::RunnerService::Stub& stub) {
    v1::RegisterRunnerRequest registration;
    registration.set_runner_id(domain::Ulid::Generate(absl::Now()).ToString());
    registration.set_name("parked");
    registration.set_slots(1);
    v1::RegisterRunnerResponse registered;
    grpc::ClientContext context;
    session.Prepare(context, kIdleCallTimeout);
    FLEET_RETURN_IF_ERROR(rpc::FromGrpcStatus(stub.RegisterRunner(&context, registration, &registered)));
    Call& call = *calls_.emplace_back(std::make_unique<Call>());
    session.Prepare(call.context, 2 * kIdleCallTimeout);
    call.request.set_runner_id(registration.runner_id());
    call.request.set_lease_seq(1);
    call.request.set_max_tasks(1);
    call.request.mutable_wait_timeout()->set_seconds(60);
    {
      MutexLock lock(mutex_);
      ++open_;
    }
    stub.async()->LeaseTasks(&call.context, &call.request, &call.response, [this](const grpc::Status&) {
      MutexLock lock(mutex_);
      --open_;
      ended_.Signal();
    });
    return absl::OkStatus();
  }

  std::vector<std::unique_ptr<v1::RunnerService::Stub>> stubs_;
  std::vector<std::unique_ptr<Call>> calls_;
  Mutex mutex_;
  CondVar ended_;
  int32_t open_ ABSL_GUARDED_BY(mutex_) = 0;
};

absl::StatusOr<ProcessUsage> SettledUsage(int pid) {
  absl::SleepFor(kSettle);
  return ReadUsage(pid);
}

nlohmann::json ToJson(const ProcessUsage& usage) {
  return {{"threads", usage.threads}, {"resident_mib", Rounded(static_cast<double>(usage.resident_kib) / 1024)}};
}

double KibEach(const ProcessUsage& before, const ProcessUsage& after, int32_t count) {
  return Rounded(static_cast<double>(after.resident_kib - before.resident_kib) / count);
}

}  // namespace

absl::StatusOr<nlohmann::json> MeasureIdleCost(BenchSession& session, int32_t count, const std::string& processes) {
  FLEET_ASSIGN_OR_RETURN(const int service_pid, FindProcess(processes, "service"));
  // One child that nobody leases before the parked calls come, and none after: its cap is taken by then.
  FLEET_ASSIGN_OR_RETURN(const std::string fleet_id, session.Submit(1, 1));
  {
    WatcherSwarm warm_up(session, fleet_id, 100);
    FLEET_RETURN_IF_ERROR(warm_up.WaitReady());
  }
  FLEET_ASSIGN_OR_RETURN(const ProcessUsage at_rest, SettledUsage(service_pid));
  WatcherSwarm watchers(session, fleet_id, count);
  FLEET_RETURN_IF_ERROR(watchers.WaitReady());
  FLEET_ASSIGN_OR_RETURN(const ProcessUsage watched, SettledUsage(service_pid));
  const int32_t parked_count = std::min(count, kMostParkedLeases);
  ParkedLeases leases;
  FLEET_RETURN_IF_ERROR(leases.Open(session, parked_count));
  FLEET_ASSIGN_OR_RETURN(const ProcessUsage parked, SettledUsage(service_pid));
  return nlohmann::json{{"count", count},
                        {"parked_leases", parked_count},
                        {"at_rest", ToJson(at_rest)},
                        {"with_watchers", ToJson(watched)},
                        {"with_watchers_and_parked_leases", ToJson(parked)},
                        {"kib_per_watcher", KibEach(at_rest, watched, count)},
                        {"kib_per_parked_lease", KibEach(watched, parked, parked_count)}};
}

}  // namespace fleet::bench
