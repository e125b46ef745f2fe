#include "tests/bench/throughput.h"

#include <algorithm>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/clock.h"
#include "common/status/status_macros.h"
#include "tests/bench/fleet_observer.h"
#include "tests/bench/latencies.h"
#include "tests/bench/simulated_runner.h"

namespace fleet::bench {
namespace {

class RunnerCrew {
 public:
  RunnerCrew(BenchSession& session, const ThroughputOptions& options) {
    for (int32_t i = 0; i < options.runners; ++i) {
      runners_.push_back(std::make_unique<SimulatedRunner>(
          session, SimulatedRunner::Options{options.lease_size, options.with_progress, nullptr}));
    }
  }

  absl::Status Start() {
    for (const auto& runner : runners_) FLEET_RETURN_IF_ERROR(runner->registered());
    for (const auto& runner : runners_) runner->Start();
    return absl::OkStatus();
  }

  absl::Status Stop() {
    absl::Status first;
    for (const auto& runner : runners_) first.Update(runner->Stop());
    return first;
  }

 private:
  std::vector<std::unique_ptr<SimulatedRunner>> runners_;
};

// The fleets of one measurement, submitted and watched.
class Submissions {
 public:
  // Submits them at the same time.
  absl::Status Submit(BenchSession& session, const ThroughputOptions& options) {
    std::vector<absl::StatusOr<std::string>> ids(static_cast<std::size_t>(options.fleets),
                                                 absl::UnknownError("not submitted"));
    std::vector<std::thread> submitters;
    for (auto& id : ids) {
      submitters.emplace_back([&] { id = session.Submit(options.children, options.children); });
    }
    for (std::thread& submitter : submitters) submitter.join();
    for (const auto& id : ids) {
      FLEET_RETURN_IF_ERROR(id.status());
      observers_.push_back(std::make_unique<FleetObserver>(session, *id));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<absl::Time> WaitExpanded() { return WaitAll(&FleetObserver::WaitExpanded); }
  absl::StatusOr<absl::Time> WaitCompleted() { return WaitAll(&FleetObserver::WaitCompleted); }

 private:
  absl::StatusOr<absl::Time> WaitAll(absl::StatusOr<absl::Time> (FleetObserver::*wait)()) {
    absl::Time last = absl::InfinitePast();
    for (const auto& observer : observers_) {
      FLEET_ASSIGN_OR_RETURN(const absl::Time reached, (observer.get()->*wait)());
      last = std::max(last, reached);
    }
    return last;
  }

  std::vector<std::unique_ptr<FleetObserver>> observers_;
};

nlohmann::json Describe(const ThroughputOptions& options) {
  return {{"fleets", options.fleets},
          {"children", options.children},
          {"runners", options.runners},
          {"lease_size", options.lease_size},
          {"with_progress", options.with_progress}};
}

double PerSecond(const ThroughputOptions& options, absl::Duration time) {
  return Rounded(double{1} * options.fleets * options.children / absl::ToDoubleSeconds(time));
}

}  // namespace

absl::StatusOr<nlohmann::json> MeasurePhases(BenchSession& session, const ThroughputOptions& options) {
  RunnerCrew crew(session, options);
  Submissions fleets;
  nlohmann::json result = Describe(options);
  FLEET_ASSIGN_OR_RETURN(const ProcessorTimes expanding, ProcessorTimes::Start(options.processes));
  const absl::Time submitted = absl::Now();
  FLEET_RETURN_IF_ERROR(fleets.Submit(session, options));
  const absl::Time answered = absl::Now();
  FLEET_ASSIGN_OR_RETURN(const absl::Time expanded, fleets.WaitExpanded());
  result["create_ms"] = ToMilliseconds(answered - submitted);
  result["submit_to_durable_ms"] = ToMilliseconds(expanded - submitted);
  result["fan_out_cpu"] = expanding.Elapsed();
  FLEET_ASSIGN_OR_RETURN(const ProcessorTimes draining, ProcessorTimes::Start(options.processes));
  const absl::Time started = absl::Now();
  FLEET_RETURN_IF_ERROR(crew.Start());
  FLEET_ASSIGN_OR_RETURN(const absl::Time completed, fleets.WaitCompleted());
  result["lease_report_per_s"] = PerSecond(options, completed - started);
  result["lease_report_cpu"] = draining.Elapsed();
  result["in_sequence_per_s"] = PerSecond(options, (expanded - submitted) + (completed - started));
  FLEET_RETURN_IF_ERROR(crew.Stop());
  return result;
}

absl::StatusOr<nlohmann::json> MeasureEndToEnd(BenchSession& session, const ThroughputOptions& options) {
  RunnerCrew crew(session, options);
  FLEET_RETURN_IF_ERROR(crew.Start());
  Submissions fleets;
  nlohmann::json result = Describe(options);
  FLEET_ASSIGN_OR_RETURN(const ProcessorTimes times, ProcessorTimes::Start(options.processes));
  const absl::Time submitted = absl::Now();
  FLEET_RETURN_IF_ERROR(fleets.Submit(session, options));
  FLEET_ASSIGN_OR_RETURN(const absl::Time completed, fleets.WaitCompleted());
  result["end_to_end_s"] = Rounded(absl::ToDoubleSeconds(completed - submitted));
  result["end_to_end_per_s"] = PerSecond(options, completed - submitted);
  result["cpu"] = times.Elapsed();
  FLEET_RETURN_IF_ERROR(crew.Stop());
  return result;
}

}  // namespace fleet::bench
