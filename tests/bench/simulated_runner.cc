#include "tests/bench/simulated_runner.h"

#include <random>
#include <utility>

#include "absl/hash/hash.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "common/domain/bounds.h"
#include "common/status/status_macros.h"
#include "tests/bench/patiently.h"

namespace fleet::bench {
namespace {

constexpr absl::Duration kHeartbeatInterval = absl::Seconds(5);
// Short, so that Stop need not wait long.
constexpr absl::Duration kLeaseWait = absl::Seconds(1);

// What a fleet-runner says of a branch that it pushed.
v1::TaskResult ResultOf(const v1::Lease& lease) {
  v1::TaskResult result;
  result.set_outcome(v1::TASK_OUTCOME_BRANCH_PUSHED);
  result.set_commit(absl::StrFormat("%040x", absl::HashOf(lease.task_id())));
  result.set_cost_usd(0.25);
  return result;
}

}  // namespace

SimulatedRunner::SimulatedRunner(BenchSession& session, Options options)
    : options_(std::move(options)),
      driver_(session.NewChannel(), session.user()),
      registered_(Patiently([this] { return driver_.Register(domain::kMaxSlots); })),
      heartbeats_(kHeartbeatInterval, [this] {
        // One that fails shows as a lost lease.
        (void)driver_.Heartbeat();
        return PeriodicLoop::Next::kWait;
      }) {}

SimulatedRunner::~SimulatedRunner() { (void)Stop(); }

absl::StatusOr<std::vector<v1::Lease>> SimulatedRunner::Lease(absl::Duration wait) {
  FLEET_ASSIGN_OR_RETURN(std::vector<v1::Lease> leases,
                         Patiently([&] { return driver_.Lease(options_.lease_size, wait); }));
  if (!leases.empty() && options_.leased) options_.leased(leases);
  return leases;
}

absl::Status SimulatedRunner::Report(const std::vector<v1::Lease>& leases, v1::TaskState state) {
  FLEET_ASSIGN_OR_RETURN(const std::vector<v1::ReportStatus> answers,
                         Patiently([&] { return driver_.Report(leases, state, ResultOf); }));
  for (const v1::ReportStatus answer : answers) {
    if (answer != v1::REPORT_STATUS_OK)
      return absl::AbortedError(absl::StrCat("a report was answered ", v1::ReportStatus_Name(answer)));
  }
  return absl::OkStatus();
}

absl::Status SimulatedRunner::Work() {
  std::minstd_rand random(static_cast<std::uint_fast32_t>(absl::HashOf(driver_.runner_id())));
  std::uniform_real_distribution<double> share(0.5, 1.5);
  while (!stopping_) {
    FLEET_ASSIGN_OR_RETURN(const std::vector<v1::Lease> leases, Lease(kLeaseWait));
    if (leases.empty()) continue;
    if (options_.work > absl::ZeroDuration()) absl::SleepFor(options_.work * share(random));
    if (options_.with_progress) {
      FLEET_RETURN_IF_ERROR(Report(leases, v1::TASK_STATE_HYDRATING));
      FLEET_RETURN_IF_ERROR(Report(leases, v1::TASK_STATE_RUNNING));
      FLEET_RETURN_IF_ERROR(Report(leases, v1::TASK_STATE_FINALIZING));
    }
    FLEET_RETURN_IF_ERROR(Report(leases, v1::TASK_STATE_COMPLETED));
  }
  return absl::OkStatus();
}

void SimulatedRunner::Start() {
  thread_ = std::thread([this] { worked_ = Work(); });
}

absl::Status SimulatedRunner::Stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
  heartbeats_.Stop();
  return worked_;
}

}  // namespace fleet::bench
