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
    std::vector<v1::Lease> unfinished;
    absl::Status status = runner.Register();
    // A runner that was marked lost comes back as a new one.
    while (!absl::IsFailedPrecondition(status) && (!stopping_ || !unfinished.empty())) {
      if (!status.ok()) runner.MoveTo(next_address());
      status = Round(runner, unfinished);
    }
  }
}

absl::Status RunnerCrowd::Round(RunnerDriver& runner, std::vector<v1::Lease>& unfinished) {
  if (unfinished.empty()) {
    FLEET_ASSIGN_OR_RETURN(unfinished, runner.Lease(options_.batch, options_.lease_wait));
    leased_ += static_cast<int>(unfinished.size());
  }
  if (!unfinished.empty()) {
    if (options_.reports_progress) {
      for (const v1::TaskState state : {v1::TASK_STATE_HYDRATING, v1::TASK_STATE_RUNNING, v1::TASK_STATE_FINALIZING}) {
        FLEET_RETURN_IF_ERROR(runner.Report(unfinished, state).status());
      }
    }
    FLEET_ASSIGN_OR_RETURN(const std::vector<v1::ReportStatus> answers,
                           runner.Report(unfinished, v1::TASK_STATE_COMPLETED));
    for (const v1::ReportStatus answer : answers) completed_ += answer == v1::REPORT_STATUS_OK ? 1 : 0;
    unfinished.clear();
  }
  return runner.Heartbeat().status();
}

}  // namespace fleet::testing
