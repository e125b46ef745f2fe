#include "tests/bench/memory_attack.h"

#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "common/status/status_macros.h"
#include "tests/bench/latencies.h"
#include "tests/bench/memory_peak.h"
#include "tests/bench/process_usage.h"
#include "tests/support/child_process.h"

namespace fleet::bench {
namespace {

using testing::ChildProcess;

constexpr absl::Duration kUnderWay = absl::Seconds(10);
constexpr absl::Duration kAfterwards = absl::Seconds(60);

absl::StatusOr<std::unique_ptr<ChildProcess>> StartLoad(const BenchSession& session, const AttackTarget& target,
                                                        const std::string& name) {
  const std::string program = std::filesystem::read_symlink("/proc/self/exe");
  return ChildProcess::Start(
      {{"nice", "-n", "19", program, "--measure=attack-load", absl::StrCat("--load=", name),
        absl::StrCat("--servers=", target.address), absl::StrCat("--metrics_server=", target.metrics_address),
        absl::StrCat("--watchers=", target.watchers), absl::StrCat("--watched_fleet=", target.watched_fleet),
        absl::StrCat("--user=", session.user())}});
}

}  // namespace

absl::StatusOr<nlohmann::json> MeasureAttack(BenchSession& session, AttackTarget target,
                                             const ThroughputOptions& fleet) {
  FLEET_ASSIGN_OR_RETURN(const int pid, FindProcess(fleet.processes, "service"));
  // One of its children runs at a time: it is there to be watched.
  FLEET_ASSIGN_OR_RETURN(target.watched_fleet, session.Submit(fleet.children, 1));
  nlohmann::json result;
  double undisturbed = 0;
  MemoryPeak memory(pid);
  for (const char* name : {"none", "compressed", "watchers", "heartbeats", "submissions", "silent_connections"}) {
    std::unique_ptr<ChildProcess> load;
    if (undisturbed > 0) {
      FLEET_ASSIGN_OR_RETURN(load, StartLoad(session, target, name));
      absl::SleepFor(kUnderWay);
    }
    FLEET_ASSIGN_OR_RETURN(const nlohmann::json measured, MeasureEndToEnd(session, fleet));
    if (load != nullptr && !load->IsRunning())
      return absl::InternalError(absl::StrCat("the load ", name, " has ended"));
    const double rate = measured.at("end_to_end_per_s");
    if (undisturbed == 0) undisturbed = rate;
    result[name] = {{"peak_mib", Mib(memory.TakeKib())},
                    {"end_to_end_per_s", Rounded(rate)},
                    {"share_of_undisturbed", Rounded(rate / undisturbed)}};
  }
  absl::SleepFor(kAfterwards);
  FLEET_ASSIGN_OR_RETURN(const ProcessUsage after, ReadUsage(pid));
  result["mib_a_minute_after"] = Mib(after.resident_kib);
  return result;
}

}  // namespace fleet::bench
