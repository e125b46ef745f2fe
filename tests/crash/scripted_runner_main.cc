// fleet_test_runner: a ScriptedRunner as a process of its own, to be killed and stopped. Marked lost, it comes back
// under a new runner_id.
#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "tests/crash/scripted_runner.h"

ABSL_FLAG(std::vector<std::string>, services, {}, "Addresses of services.");
ABSL_FLAG(std::string, name, "runner", "What it calls itself.");
ABSL_FLAG(uint64_t, seed, 0, "The schedule's.");
ABSL_FLAG(int, slots, 8, "Tasks it holds at most.");
ABSL_FLAG(absl::Duration, longest_work, absl::Milliseconds(300), "The most time a task takes.");
ABSL_FLAG(std::string, journal, "", "File to which it appends what it was answered.");

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  fleet::crash::RunnerJournal journal(absl::GetFlag(FLAGS_journal));
  const fleet::crash::ScriptedRunner::Options options = {absl::GetFlag(FLAGS_services), absl::GetFlag(FLAGS_name),
                                                         absl::GetFlag(FLAGS_seed), absl::GetFlag(FLAGS_slots),
                                                         absl::GetFlag(FLAGS_longest_work)};
  while (true) fleet::crash::ScriptedRunner(options, journal).Live();
}
