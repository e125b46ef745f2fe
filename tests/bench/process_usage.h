// What running processes use, as the kernel counts it.
#ifndef FLEET_TESTS_BENCH_PROCESS_USAGE_H_
#define FLEET_TESTS_BENCH_PROCESS_USAGE_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "nlohmann/json.hpp"

namespace fleet::bench {

struct ProcessUsage {
  int64_t threads = 0;
  int64_t resident_kib = 0;
};

// Returns kNotFound if there is no such process.
absl::StatusOr<ProcessUsage> ReadUsage(int pid);

// The process of that name in "name:pid,name:pid…". Returns kInvalidArgument if there is none.
absl::StatusOr<int> FindProcess(const std::string& processes, const std::string& name);

// Processor time of named processes since the start of the measurement, each with its children.
class ProcessorTimes {
 public:
  // From "name:pid,name:pid…"; kInvalidArgument otherwise. One name may stand for several processes.
  static absl::StatusOr<ProcessorTimes> Start(const std::string& processes);

  // {"<name>_cpu_s": seconds since Start, …}.
  nlohmann::json Elapsed() const;

 private:
  std::map<std::string, std::vector<int>> processes_;
  std::map<std::string, double> started_;
};

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_PROCESS_USAGE_H_
