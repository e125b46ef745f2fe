// fleet_crash: runs seeded crash schedules, one line each, and ends with 1 if any broke an invariant.
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <filesystem>
#include <iostream>
#include <new>
#include <string>
#include <vector>

#include "absl/debugging/failure_signal_handler.h"
#include "absl/debugging/symbolize.h"
#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "tests/crash/crash_run.h"

ABSL_FLAG(int, schedules, 100, "How many schedules to run; void ones do not count.");
ABSL_FLAG(uint64_t, seed, 1, "Seed of the first; the others follow it.");
ABSL_FLAG(int, lanes, 2, "How many run at once, each lane with a PostgreSQL of its own.");
ABSL_FLAG(std::string, fault, "", "Only faults of this kind, for example kill-service. Empty: all.");
ABSL_FLAG(bool, describe, false, "Print the schedules and run nothing.");
ABSL_FLAG(bool, keep_logs, false, "Keep the logs of every schedule, not only of those that broke something.");
ABSL_FLAG(bool, stop_at_violation, false, "End at the first violation; schedules under way are finished.");

namespace {

using fleet::crash::CrashReport;
using fleet::crash::CrashSchedule;

struct Totals {
  int clean = 0;
  int empty = 0;  // void
  int violated = 0;
  int faults = 0;
  int64_t in_flight = 0;
  int64_t completions = 0;
};

// One write a line, so that lanes do not mix.
void Print(const std::string& line) {
  const std::string text = line + "\n";
  [[maybe_unused]] const ssize_t written = write(STDOUT_FILENO, text.data(), text.size());
}

CrashSchedule ScheduleOf(uint64_t seed) {
  return fleet::crash::MakeCrashSchedule(seed, fleet::crash::FaultNamed(absl::GetFlag(FLAGS_fault)));
}

void Count(const CrashReport& report, Totals& totals) {
  totals.clean += report.verdict == CrashReport::Verdict::kClean ? 1 : 0;
  totals.empty += report.verdict == CrashReport::Verdict::kVoid ? 1 : 0;
  totals.violated += report.verdict == CrashReport::Verdict::kViolated ? 1 : 0;
  totals.faults += report.faults_fired;
  totals.in_flight += report.snapshots_in_flight;
  totals.completions += report.completions;
}

void Tell(const CrashReport& report, const CrashSchedule& schedule) {
  std::string text = report.Summary();
  if (report.verdict != CrashReport::Verdict::kClean) absl::StrAppend(&text, "\n  ", Describe(schedule));
  for (const std::string& violation : report.violations) absl::StrAppend(&text, "\n  ", violation);
  if (std::filesystem::exists(report.directory)) absl::StrAppend(&text, "\n  logs: ", report.directory);
  Print(text);
}

// Seen by all lanes, which are processes.
std::atomic<bool>& Stopping() {
  static auto& flag =
      *new (mmap(nullptr, sizeof(std::atomic<bool>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0))
          std::atomic<bool>(false);
  return flag;
}

// Runs every `lanes`-th seed until its share of schedules was not void.
Totals RunLane(int lane, int lanes) {
  const auto run = fleet::crash::CrashRun::Start();
  Totals totals;
  if (!run.ok()) {
    Print(absl::StrCat("cannot start: ", run.status().ToString()));
    totals.violated = 1;
    return totals;
  }
  if (absl::GetFlag(FLAGS_keep_logs)) (*run)->KeepLogs();
  const int share = (absl::GetFlag(FLAGS_schedules) + lanes - 1 - lane) / lanes;
  uint64_t seed = absl::GetFlag(FLAGS_seed) + static_cast<uint64_t>(lane);
  // A fault that never fires shall not run for ever.
  while (totals.clean + totals.violated < share && totals.empty <= share && !Stopping()) {
    const CrashSchedule schedule = ScheduleOf(seed);
    const CrashReport report = (*run)->Run(schedule);
    Count(report, totals);
    Tell(report, schedule);
    if (report.verdict == CrashReport::Verdict::kViolated && absl::GetFlag(FLAGS_stop_at_violation)) Stopping() = true;
    seed += static_cast<uint64_t>(lanes);
  }
  return totals;
}

// Lanes are processes, since a child process dies with its parent only if the parent's main thread started it.
Totals RunLanes(int lanes) {
  (void)Stopping();
  std::vector<int> results;
  std::vector<pid_t> processes;
  for (int lane = 0; lane < lanes; ++lane) {
    int ends[2];
    if (pipe(ends) != 0) return {.violated = 1};
    processes.push_back(fork());
    if (processes.back() == 0) {
      prctl(PR_SET_PDEATHSIG, SIGKILL);
      const Totals totals = RunLane(lane, lanes);
      _exit(write(ends[1], &totals, sizeof(totals)) == sizeof(totals) ? 0 : 1);
    }
    close(ends[1]);
    results.push_back(ends[0]);
  }
  Totals sum;
  for (std::size_t i = 0; i < results.size(); ++i) {
    Totals totals;
    const bool told = read(results[i], &totals, sizeof(totals)) == sizeof(totals);
    close(results[i]);
    int status = 0;
    waitpid(processes[i], &status, 0);
    if (!told) {
      Print(absl::StrCat("lane ", i, " ended by itself, wait status ", status));
      totals = {.violated = 1};
    }
    sum.clean += totals.clean;
    sum.empty += totals.empty;
    sum.violated += totals.violated;
    sum.faults += totals.faults;
    sum.in_flight += totals.in_flight;
    sum.completions += totals.completions;
  }
  return sum;
}

}  // namespace

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("fleet_crash: runs crash schedules. Documented in docs/testing.md.");
  absl::InitializeSymbolizer(argv[0]);
  absl::InstallFailureSignalHandler({});
  absl::ParseCommandLine(argc, argv);
  const std::string fault = absl::GetFlag(FLAGS_fault);
  if (!fault.empty() && !fleet::crash::FaultNamed(fault).has_value()) {
    std::cerr << "no fault is called " << fault << std::endl;
    return 2;
  }
  if (absl::GetFlag(FLAGS_describe)) {
    for (int i = 0; i < absl::GetFlag(FLAGS_schedules); ++i) {
      const uint64_t seed = absl::GetFlag(FLAGS_seed) + static_cast<uint64_t>(i);
      Print(absl::StrCat("seed ", seed, ": ", Describe(ScheduleOf(seed))));
    }
    return 0;
  }
  const absl::Time began = absl::Now();
  const Totals totals = RunLanes(std::max(1, absl::GetFlag(FLAGS_lanes)));
  const int run = totals.clean + totals.empty + totals.violated;
  Print(absl::StrCat(run, " schedules: ", totals.clean, " clean, ", totals.empty, " void, ", totals.violated,
                     " violated; ", totals.faults, " faults fired, ", totals.in_flight,
                     " snapshots while work was in flight, ", totals.completions, " ends answered; ",
                     absl::FormatDuration(absl::Trunc(absl::Now() - began, absl::Seconds(1)))));
  const bool too_many_void = totals.empty * 5 > run;
  if (too_many_void) Print("more than a fifth was void: this run proves too little");
  return totals.violated == 0 && !too_many_void ? 0 : 1;
}
