// Many random cases, several at a time: the product waits for clocks, so that one case alone does not fill a core.
#ifndef FLEET_TESTS_PROPERTY_CHANGE_RUN_H_
#define FLEET_TESTS_PROPERTY_CHANGE_RUN_H_

#include <cstdint>
#include <map>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "common/lifecycle/mutex.h"
#include "tests/property/change_property.h"

namespace fleet::testing {

struct ChangeRunOptions {
  uint64_t seed = 1;  // of the first case; the next ones follow it
  int64_t cases = 2000;
  int lanes = 4;
  int64_t failures = 1;  // to stop after
  bool shrink = true;
};

class ChangeRun {
 public:
  // What it needs is made in a directory of its own below the system's for temporary files, and removed at the end.
  explicit ChangeRun(const ChangeRunOptions& options) : options_(options) {}

  // Returns kInternal with all that was found if product and oracle part in some case.
  absl::Status Run();

  int64_t cases() const;
  // As ChangeProperty::ends().
  std::map<std::string, int64_t> ends() const;

 private:
  void Work(const std::string& directory);
  // The case after the last one that was taken; false if there is none to run any more.
  bool Take(uint64_t& seed);

  const ChangeRunOptions options_;
  mutable Mutex mutex_;
  int64_t taken_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t failures_ ABSL_GUARDED_BY(mutex_) = 0;
  std::string found_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, int64_t> ends_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_PROPERTY_CHANGE_RUN_H_
