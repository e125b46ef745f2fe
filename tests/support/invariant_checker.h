// Watches over a concurrent or fault test: reads the database, on a connection of its own, again and again while the
// test runs and once more at its end, and says what must not be.
//
//   InvariantChecker checker(database.url());
//   ... many runners, processes killed ...
//   FLEET_EXPECT_OK(checker.Finish());
//
// It checks that counters equal the rows they count, that caps hold, that a child's attempts never overlap, fall or
// go to two runners, that no child is lost or doubled, that terminal is final, that revisions are contiguous and tell
// of every child that moved, that nothing starts in a cancelled fleet, and that every live lease can be found again.
#ifndef FLEET_TESTS_SUPPORT_INVARIANT_CHECKER_H_
#define FLEET_TESTS_SUPPORT_INVARIANT_CHECKER_H_

#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "common/database/connection_pool.h"
#include "common/lifecycle/mutex.h"
#include "tests/support/invariant_history.h"

namespace fleet::testing {

// Thread-safe. While the database is away it waits for it. A limit that a test changes is judged by once it stood
// still for two snapshots: see AwaitSnapshots.
class InvariantChecker {
 public:
  enum class Mode { kContinuous, kOnDemand };
  explicit InvariantChecker(std::string url, Mode mode = Mode::kContinuous);
  // Stops reading; says nothing.
  ~InvariantChecker();
  InvariantChecker(const InvariantChecker&) = delete;
  InvariantChecker& operator=(const InvariantChecker&) = delete;

  // Takes one snapshot now. Returns kUnavailable if the database is away.
  absl::Status Look();
  // Waits until `count` snapshots were begun after this call, and judged. False if that takes longer than 20 s.
  [[nodiscard]] bool AwaitSnapshots(int count);

  // Stops, takes the last snapshot, which is checked in full, and returns OK if nothing was ever wrong; else kInternal
  // with every violation. Returns kFailedPrecondition if no snapshot was taken while work was in flight: such a run
  // proves nothing. Call it once.
  absl::Status Finish();

  std::vector<std::string> violations() const;
  int snapshots() const;
  int snapshots_in_flight() const;

 private:
  absl::Status Look(int64_t since);
  absl::Status LookAtEverything();
  void Run();
  void Stop();

  database::ConnectionPool pool_;
  mutable Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool under_way_ ABSL_GUARDED_BY(mutex_) = false;
  int snapshots_ ABSL_GUARDED_BY(mutex_) = 0;
  int snapshots_in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::string> violations_ ABSL_GUARDED_BY(mutex_);
  // One look at a time.
  Mutex looking_;
  int64_t horizon_ ABSL_GUARDED_BY(looking_) = 0;
  std::string incarnation_ ABSL_GUARDED_BY(looking_);  // of the server that `horizon_` is from
  InvariantHistory history_ ABSL_GUARDED_BY(looking_);
  std::thread thread_;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_SUPPORT_INVARIANT_CHECKER_H_
