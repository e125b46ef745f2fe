#include "tests/bench/memory_peak.h"

#include <algorithm>

#include "absl/time/clock.h"
#include "tests/bench/latencies.h"
#include "tests/bench/process_usage.h"

namespace fleet::bench {

double Mib(int64_t kib) { return Rounded(static_cast<double>(kib) / 1024); }

MemoryPeak::MemoryPeak(int pid) : thread_([this, pid] { Watch(pid); }) {}

MemoryPeak::~MemoryPeak() {
  stopping_ = true;
  thread_.join();
}

void MemoryPeak::Watch(int pid) {
  while (!stopping_) {
    if (const auto usage = ReadUsage(pid); usage.ok()) peak_ = std::max<int64_t>(peak_, usage->resident_kib);
    absl::SleepFor(absl::Milliseconds(20));
  }
}

}  // namespace fleet::bench
