// A runner that keeps every rule of a good one and only pretends to work: it leases while it has slots, takes some time
// over each stage, heartbeats on a thread of its own, obeys stops, repeats reports whose answer was lost, and writes
// down what it was answered.
#ifndef FLEET_TESTS_CRASH_SCRIPTED_RUNNER_H_
#define FLEET_TESTS_CRASH_SCRIPTED_RUNNER_H_

#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/lifecycle/mutex.h"
#include "common/lifecycle/periodic_loop.h"
#include "common/rpc/failover_channel.h"
#include "fleet/v1/runner_service.grpc.pb.h"
#include "tests/crash/runner_journal.h"

namespace fleet::crash {

class ScriptedRunner {
 public:
  struct Options {
    std::vector<std::string> addresses;  // of services; it goes on with the next when one does not answer
    std::string name;
    uint64_t seed = 0;  // of the schedule: decides what comes of each child
    int slots = 8;
    absl::Duration longest_work = absl::Milliseconds(300);
  };

  // One life: one runner_id, from registration until it is marked lost. `journal` outlives it.
  ScriptedRunner(const Options& options, RunnerJournal& journal);
  // Works until the services say that this runner is lost. Then one more report goes out, that all it held has ended:
  // as if it had been under way when the news came. It counts for what nobody else has got yet, and for nothing else.
  void Live();

 private:
  using Stub = v1::RunnerService::StubInterface;
  struct Work {
    int32_t attempt = 0;
    v1::TaskState next = v1::TASK_STATE_HYDRATING;  // to be reported
    absl::Time due;                                 // when
  };

  absl::StatusOr<absl::Duration> Register();
  absl::Status LeaseMore();
  absl::Status ReportWhatIsDue();
  absl::Status Report(const std::vector<std::pair<std::string, Work>>& due);
  void ReportTooLate();
  void Take(const std::string& task_id, Work work, const v1::TaskReportAnswer& answer, absl::Time sent);
  PeriodicLoop::Next SendHeartbeat();
  void Obey(const v1::HeartbeatResponse& answer);

  // Until the next report is due; at most `most`.
  absl::Duration UntilDue(absl::Duration most) const;
  v1::TaskState After(const std::string& task_id, const Work& work) const;
  absl::Duration StageOf(const std::string& task_id, const Work& work) const;
  // Calls a service. When it does not answer, the next call goes to another one.
  template <typename Request, typename Response>
  absl::Status Call(grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Response*),
                    const Request& request, Response& response);
  // Waits for `pause` or a stop; false once the runner is lost.
  bool Pause(absl::Duration pause);

  const Options options_;
  const std::string id_;
  RunnerJournal& journal_;
  rpc::FailoverChannel servers_;
  int64_t lease_seq_ = 1;      // of the worker thread alone
  int64_t heartbeat_seq_ = 0;  // of the heartbeat thread alone

  mutable Mutex mutex_;
  CondVar changed_;  // `held_` by a stop, or `lost_`
  bool lost_ ABSL_GUARDED_BY(mutex_) = false;
  int64_t received_lease_seq_ ABSL_GUARDED_BY(mutex_) = 0;
  std::map<std::string, Work> held_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleet::crash

#endif  // FLEET_TESTS_CRASH_SCRIPTED_RUNNER_H_
