#include "tests/support/runner_crowd.h"

#include <memory>
#include <utility>

#include "common/status/status_macros.h"

namespace fleet::testing {

RunnerCrowd::RunnerCrowd(Options options) : options_(std::move(options)) {
  for (int i = 0; i < options_.runners; ++i) {
    threads_.emplace_back([this, i] { Run(static_cast<std::size_t>(i)); });
  }
}

RunnerCrowd::~RunnerCrowd() { Stop(); }

void RunnerCrowd::Stop() {
  stopping_ = true;
  for (std::thread& thread : threads_) {
    if (thread.joinable()) thread.join();
  }
}

void RunnerCrowd::Run(std::size_t number) {
  const auto next_address = [&] { return options_.addresses[number++ % options_.addresses.size()]; };
  while (!stopping_) {
    RunnerDriver runner(next_address());
    absl::Status status = runner.Register();
    // A runner that was marked lost comes back as a new one.
    while (!stopping_ && !absl::IsFailedPrecondition(status)) {
      if (!status.ok()) runner.MoveTo(next_address());
      status = Round(runner);
    }
  }
}

absl::Status RunnerCrowd::Round(RunnerDriver& runner) {
  FLEET_ASSIGN_OR_RETURN(const std::vector<v1::Lease> leases, runner.Lease(options_.batch, options_.lease_wait));
  leased_ += static_cast<int>(leases.size());
  if (!leases.empty()) {
    if (options_.reports_progress) {
      for (const v1::TaskState state : {v1::TASK_STATE_HYDRATING, v1::TASK_STATE_RUNNING, v1::TASK_STATE_FINALIZING}) {
        FLEET_RETURN_IF_ERROR(runner.Report(leases, state).status());
      }
    }
    // Reporting again after a lost answer is harmless, and leaves nothing behind.
    auto answers = runner.Report(leases, v1::TASK_STATE_COMPLETED);
    if (!answers.ok()) answers = runner.Report(leases, v1::TASK_STATE_COMPLETED);
    FLEET_RETURN_IF_ERROR(answers.status());
    for (const v1::ReportStatus answer : *answers) completed_ += answer == v1::REPORT_STATUS_OK ? 1 : 0;
  }
  return runner.Heartbeat().status();
}

}  // namespace fleet::testing
