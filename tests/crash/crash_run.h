// Runs crash schedules, one after the other, on a PostgreSQL cluster of its own.
#ifndef FLEET_TESTS_CRASH_CRASH_RUN_H_
#define FLEET_TESTS_CRASH_CRASH_RUN_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "tests/crash/crash_schedule.h"
#include "tests/support/postgres_server.h"
#include "tests/support/test_database.h"

namespace fleet::crash {

struct CrashReport {
  enum class Verdict { kClean, kVoid, kViolated };
  uint64_t seed = 0;
  Verdict verdict = Verdict::kViolated;
  std::vector<std::string> violations;
  std::vector<std::string> faults;  // what became of each
  int faults_fired = 0;
  int snapshots = 0;
  int snapshots_in_flight = 0;
  int completions = 0;  // final reports answered OK
  int streams = 0;      // that the watcher followed, if there was one
  absl::Duration took;
  std::string directory;  // logs and journals, kept if it was violated

  // "clean", "void", "VIOLATED".
  std::string Summary() const;
};

// Not thread-safe. Processes die with the thread's process if that is its main thread.
class CrashRun {
 public:
  // Starts the cluster and makes the database that every schedule begins with.
  static absl::StatusOr<std::unique_ptr<CrashRun>> Start();

  // Keeps logs and journals of clean schedules too.
  void KeepLogs() { keep_logs_ = true; }

  // Void if a fault did not fire, or no snapshot was taken while work was in flight.
  CrashReport Run(const CrashSchedule& schedule);

 private:
  explicit CrashRun(std::unique_ptr<testing::PostgresServer> server);

  const std::unique_ptr<testing::PostgresServer> server_;
  const testing::TestDatabase original_;
  bool keep_logs_ = false;
};

}  // namespace fleet::crash

#endif  // FLEET_TESTS_CRASH_CRASH_RUN_H_
