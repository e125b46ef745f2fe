// The property test of the change at length: fleet_change --seed 1 --cases 2000. Exit code 1 if product and oracle
// part.
#include <iostream>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/time/clock.h"
#include "tests/property/change_case.h"
#include "tests/property/change_run.h"

ABSL_FLAG(uint64_t, seed, 1, "of the first case; the next ones follow it");
ABSL_FLAG(int64_t, cases, 2000, "how many cases to run");
ABSL_FLAG(int, lanes, 4, "how many cases to run at a time");
ABSL_FLAG(int64_t, failures, 1, "stop after so many cases in which product and oracle part");
ABSL_FLAG(bool, shrink, true, "drop from a case that fails what it fails without");
ABSL_FLAG(bool, describe, false, "print the cases, run nothing");

namespace fleet::testing {
namespace {

void DescribeCases(const ChangeRunOptions& options) {
  for (int64_t i = 0; i < options.cases; ++i) {
    std::cout << Describe(MakeChangeCase(options.seed + static_cast<uint64_t>(i))) << std::endl;
  }
}

int Main() {
  const ChangeRunOptions options{absl::GetFlag(FLAGS_seed), absl::GetFlag(FLAGS_cases), absl::GetFlag(FLAGS_lanes),
                                 absl::GetFlag(FLAGS_failures), absl::GetFlag(FLAGS_shrink)};
  if (absl::GetFlag(FLAGS_describe)) {
    DescribeCases(options);
    return 0;
  }
  ChangeRun run(options);
  const absl::Time began = absl::Now();
  const absl::Status status = run.Run();
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
  std::cout << run.cases() << " cases in " << seconds << " s, from seed " << options.seed << "\n";
  for (const auto& [end, count] : run.ends()) std::cout << "  " << end << ": " << count << "\n";
  std::cout << (status.ok() ? "no difference" : "product and oracle part") << std::endl;
  return status.ok() ? 0 : 1;
}

}  // namespace
}  // namespace fleet::testing

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "random trees, attributes and steps; the pushed tree compared with what plain git gives");
  absl::ParseCommandLine(argc, argv);
  return fleet::testing::Main();
}
