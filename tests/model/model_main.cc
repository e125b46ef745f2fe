// The model test at length: fleet_model --seed 1 --steps 1000000. Exit code 1 if product and model part.
#include <iostream>
#include <memory>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/time/clock.h"
#include "tests/model/model_run.h"
#include "tests/support/postgres_server.h"
#include "tests/support/test_database.h"

ABSL_FLAG(uint64_t, seed, 1, "what fixes every random choice");
ABSL_FLAG(int64_t, steps, 100000, "how many operations to run");
ABSL_FLAG(std::string, trace, "", "print the operations that mention this, for example F17; a space: all");
ABSL_FLAG(int64_t, episode, 600, "operations after which a run starts over with empty tables");

namespace fleet::testing {
namespace {

int Main() {
  const ModelRunOptions options{absl::GetFlag(FLAGS_seed), absl::GetFlag(FLAGS_steps), absl::GetFlag(FLAGS_episode),
                                absl::GetFlag(FLAGS_trace)};
  const auto server = PostgresServer::Start({.settings = {"synchronous_commit = off", "autovacuum = off"}});
  if (!server.ok()) {
    std::cerr << server.status() << std::endl;
    return 2;
  }
  const TestDatabase database(**server);
  ModelRun run(database.url(), options);
  std::cout << "seed " << options.seed << ", " << options.steps << " steps" << std::endl;
  const absl::Time began = absl::Now();
  const absl::Status status = run.Run();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
  std::cout << run.steps() << " steps in " << seconds << " s, " << static_cast<double>(run.steps()) / seconds
            << " steps/s, digest " << run.digest() << std::endl;
  for (const auto& [name, count] : run.operations()) std::cout << "  " << name << ": " << count << "\n";
  std::cout << (status.ok() ? "no difference" : status.message()) << std::endl;
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace fleet::testing

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage("random operations on the real store, compared with a small model");
  absl::ParseCommandLine(argc, argv);
  return fleet::testing::Main();
}
