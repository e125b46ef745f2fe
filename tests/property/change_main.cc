// The property test of the change at length: fleet_change --seed 1 --cases 2000. Exit code 1 if product and oracle
// part.
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <string>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/time/clock.h"
#include "tests/property/change_case.h"
#include "tests/property/change_property.h"

ABSL_FLAG(uint64_t, seed, 1, "of the first case; the next ones follow it");
ABSL_FLAG(int64_t, cases, 2000, "how many cases to run");
ABSL_FLAG(int64_t, failures, 1, "stop after so many cases in which product and oracle part");
ABSL_FLAG(bool, shrink, true, "drop from a case that fails what it fails without");
ABSL_FLAG(bool, describe, false, "print the cases, run nothing");

namespace fleet::testing {
namespace {

int Main(const std::string& directory) {
  ChangeProperty property(directory);
  const uint64_t first = absl::GetFlag(FLAGS_seed);
  const int64_t cases = absl::GetFlag(FLAGS_cases);
  const absl::Time began = absl::Now();
  int64_t failures = 0;
  int64_t done = 0;
  while (done < cases && failures < absl::GetFlag(FLAGS_failures)) {
    const ChangeCase change = MakeChangeCase(first + static_cast<uint64_t>(done++));
    if (absl::GetFlag(FLAGS_describe)) {
      std::cout << Describe(change) << std::endl;
      continue;
    }
    const absl::Status status = property.Check(change);
    if (status.ok()) continue;
    ++failures;
    std::cout << "case " << done << ", seed " << change.seed << ": " << status.message() << std::endl;
    if (!absl::GetFlag(FLAGS_shrink) || !absl::IsInternal(status)) continue;
    const ChangeCase smaller = property.Shrink(change);
    std::cout << "made smaller: " << property.Check(smaller).message() << std::endl;
  }
  const double seconds = absl::ToDoubleSeconds(absl::Now() - began);
  std::cout << done << " cases in " << seconds << " s, " << failures << " with a difference" << std::endl;
  for (const auto& [end, count] : property.ends()) std::cout << "  " << end << ": " << count << "\n";
  return failures == 0 ? 0 : 1;
}

}  // namespace
}  // namespace fleet::testing

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "random trees, attributes and steps; the pushed tree compared with what plain git gives");
  absl::ParseCommandLine(argc, argv);
  std::string directory = (std::filesystem::temp_directory_path() / "fleet-change-XXXXXX").string();
  if (mkdtemp(directory.data()) == nullptr) return 2;
  const int code = fleet::testing::Main(directory);
  std::error_code ignored;
  std::filesystem::remove_all(directory, ignored);
  return code;
}
