// What the runners of a schedule were answered, as they wrote it down: facts that the database must agree with.
#ifndef FLEET_TESTS_CRASH_RUNNER_JOURNAL_H_
#define FLEET_TESTS_CRASH_RUNNER_JOURNAL_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace fleet::crash {

struct JournalEntry {
  enum class Kind {
    kLeased,   // a lease was received
    kBegan,    // HYDRATING was answered OK; `at`: when it was sent
    kEnded,    // a final report was answered OK
    kInvalid,  // a report was answered INVALID, which a sound runner never is
  };
  Kind kind = Kind::kLeased;
  absl::Time at;
  std::string task_id;
  int32_t attempt = 0;
  int32_t state = 0;  // reported; of kEnded and kInvalid
  std::string runner_id;
};

// Appends whole lines to a file: what was written survives the writer's SIGKILL. Thread-safe.
class RunnerJournal {
 public:
  explicit RunnerJournal(const std::string& path);
  ~RunnerJournal();
  RunnerJournal(const RunnerJournal&) = delete;
  RunnerJournal& operator=(const RunnerJournal&) = delete;

  void Write(const JournalEntry& entry);
  // Every entry of the file, none if there is no file. Returns kDataLoss for a line that is none of ours.
  static absl::StatusOr<std::vector<JournalEntry>> Read(const std::string& path);

 private:
  const int descriptor_;
};

}  // namespace fleet::crash

#endif  // FLEET_TESTS_CRASH_RUNNER_JOURNAL_H_
