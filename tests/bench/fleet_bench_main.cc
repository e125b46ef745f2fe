// fleet_bench: measures a running Fleet over gRPC. tests/bench/run starts what it needs; see docs/performance.md.
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_split.h"
#include "common/status/status_macros.h"
#include "tests/bench/attack_loads.h"
#include "tests/bench/bench_session.h"
#include "tests/bench/deaf_cost.h"
#include "tests/bench/fairness.h"
#include "tests/bench/idle_cost.h"
#include "tests/bench/memory_attack.h"
#include "tests/bench/pick_up_latency.h"
#include "tests/bench/throughput.h"
#include "tests/bench/watch_latency.h"

ABSL_FLAG(std::vector<std::string>, servers, {"127.0.0.1:7070"}, "host:port of each fleet-service, used in turn.");
ABSL_FLAG(std::string, measure, "end-to-end",
          "end-to-end, phases, pick-up, watch, fairness, idle-cost, deaf-cost or attack.");
ABSL_FLAG(std::string, user, "bench", "Who submits; the services must run with --insecure_identity.");
ABSL_FLAG(int32_t, fleets, 1, "end-to-end, phases: fleets submitted at the same time.");
ABSL_FLAG(int32_t, children, 100000,
          "end-to-end, phases, fairness, deaf-cost: repositories of each fleet; at most 100,000.");
ABSL_FLAG(int32_t, runners, 16, "end-to-end, phases: runners, each with one call at a time.");
ABSL_FLAG(int32_t, lease_size, 500, "end-to-end, phases: most leases of a call; at most 500.");
ABSL_FLAG(bool, progress, false, "end-to-end, phases: report HYDRATING, RUNNING and FINALIZING too.");
ABSL_FLAG(int32_t, samples, 200, "pick-up, fairness: submissions; watch: reports, at most 490.");
ABSL_FLAG(int32_t, slots, 200, "fairness: slots of all runners, 10 each; the limit system_active must be as low.");
ABSL_FLAG(int32_t, watchers, 1000, "watch, idle-cost, deaf-cost, attack: watchers (and parked leases, at most 1,000).");
ABSL_FLAG(std::string, metrics_server, "", "attack: host:port of the service's metrics.");
ABSL_FLAG(std::string, load, "", "attack-load, which attack starts: the load to keep up.");
ABSL_FLAG(std::string, watched_fleet, "", "attack-load: the fleet to watch.");
ABSL_FLAG(std::string, processes, "",
          "name:pid,…: processes whose processor time is told; idle-cost and deaf-cost look at the one named service.");

namespace fleet::bench {
namespace {

AttackTarget Target() {
  return {absl::GetFlag(FLAGS_servers).front(), absl::GetFlag(FLAGS_metrics_server), absl::GetFlag(FLAGS_watchers),
          absl::GetFlag(FLAGS_watched_fleet)};
}

absl::StatusOr<nlohmann::json> Measure(BenchSession& session, const std::string& what) {
  const ThroughputOptions throughput{absl::GetFlag(FLAGS_fleets),   absl::GetFlag(FLAGS_children),
                                     absl::GetFlag(FLAGS_runners),  absl::GetFlag(FLAGS_lease_size),
                                     absl::GetFlag(FLAGS_progress), absl::GetFlag(FLAGS_processes)};
  if (what == "end-to-end") return MeasureEndToEnd(session, throughput);
  if (what == "phases") return MeasurePhases(session, throughput);
  if (what == "pick-up") return MeasurePickUp(session, absl::GetFlag(FLAGS_samples));
  if (what == "watch") {
    return MeasureWatch(session, absl::GetFlag(FLAGS_watchers), absl::GetFlag(FLAGS_samples), throughput.processes);
  }
  if (what == "fairness") {
    BenchSession other(absl::GetFlag(FLAGS_servers), "other-user");
    return MeasureFairness(session, other,
                           {throughput.children, absl::GetFlag(FLAGS_slots), absl::GetFlag(FLAGS_samples)});
  }
  if (what == "idle-cost") {
    return MeasureIdleCost(session, absl::GetFlag(FLAGS_watchers), absl::GetFlag(FLAGS_processes));
  }
  if (what == "deaf-cost") {
    return MeasureDeafCost(session, {absl::GetFlag(FLAGS_watchers), throughput.children, throughput.processes});
  }
  if (what == "attack") return MeasureAttack(session, Target(), throughput);
  return absl::InvalidArgumentError(
      "--measure must be end-to-end, phases, pick-up, watch, fairness, idle-cost, deaf-cost or attack");
}

absl::StatusOr<nlohmann::json> Run() {
  BenchSession session(absl::GetFlag(FLAGS_servers), absl::GetFlag(FLAGS_user));
  if (absl::GetFlag(FLAGS_measure) == "attack-load") {
    return KeepUpLoad(session, Target(), absl::GetFlag(FLAGS_load));
  }
  FLEET_RETURN_IF_ERROR(session.Prepare(std::max(absl::GetFlag(FLAGS_children), 500)));
  FLEET_ASSIGN_OR_RETURN(nlohmann::json result, Measure(session, absl::GetFlag(FLAGS_measure)));
  result["measure"] = absl::GetFlag(FLAGS_measure);
  return result;
}

}  // namespace
}  // namespace fleet::bench

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("fleet_bench --servers=… --measure=…: prints one JSON line.");
  absl::ParseCommandLine(argc, argv);
  const auto result = fleet::bench::Run();
  if (!result.ok()) {
    std::cerr << "fleet_bench: " << result.status() << "\n";
    return 1;
  }
  std::cout << result->dump() << "\n";
  return 0;
}
