// The most memory that a process holds.
#ifndef FLEET_TESTS_BENCH_MEMORY_PEAK_H_
#define FLEET_TESTS_BENCH_MEMORY_PEAK_H_

#include <atomic>
#include <cstdint>
#include <thread>

namespace fleet::bench {

// Mebibytes, for results.
double Mib(int64_t kib);

// The highest resident memory of a process between two looks, which are 20 ms apart. Thread-safe.
class MemoryPeak {
 public:
  explicit MemoryPeak(int pid);
  ~MemoryPeak();
  MemoryPeak(const MemoryPeak&) = delete;
  MemoryPeak& operator=(const MemoryPeak&) = delete;

  // Since the last call.
  int64_t TakeKib() { return peak_.exchange(0); }

 private:
  void Watch(int pid);

  std::atomic<bool> stopping_ = false;
  std::atomic<int64_t> peak_ = 0;
  std::thread thread_;
};

}  // namespace fleet::bench

#endif  // FLEET_TESTS_BENCH_MEMORY_PEAK_H_
