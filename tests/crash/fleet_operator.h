// The people of a schedule: they submit its fleets and act on them, on a thread of their own, and ask again until they
// are answered. What they were answered is remembered, for EndFacts.
#ifndef FLEET_TESTS_CRASH_FLEET_OPERATOR_H_
#define FLEET_TESTS_CRASH_FLEET_OPERATOR_H_

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/lifecycle/mutex.h"
#include "tests/crash/crash_schedule.h"
#include "tests/support/fleet_driver.h"

namespace fleet::crash {

// Thread-safe.
class FleetOperator {
 public:
  struct Accepted {
    std::string fleet_id;  // empty: not accepted
    absl::Time at;
    // When a cancel in mode stop was answered OK: nothing may begin after that.
    std::optional<absl::Time> stopped;
    bool cancelled = false;  // a cancel was answered OK
    // By ordinal: when the cancel of that child was answered OK.
    std::map<int32_t, absl::Time> cancelled_children{};
  };

  FleetOperator(const CrashSchedule& schedule, std::vector<std::string> addresses);
  // Gives up what is not answered yet.
  ~FleetOperator();
  FleetOperator(const FleetOperator&) = delete;
  FleetOperator& operator=(const FleetOperator&) = delete;

  // Service `number`, from 0, is frozen now: what waits for it happens. Without, it happens later.
  void NoteFreeze(int number);

  // When the first fleet was accepted.
  std::optional<absl::Time> started() const;
  // Everything was answered.
  bool done() const;
  // By plan.
  std::vector<Accepted> accepted() const;
  // Answers that must not be.
  std::vector<std::string> violations() const;

 private:
  // One thing to do: a plan to submit, or an action.
  struct Step {
    absl::Duration at;
    std::optional<std::size_t> plan;
    std::optional<OperatorAction> action;
  };

  void Run();
  void Submit(std::size_t plan);
  void Act(const OperatorAction& action);
  void Remember(const OperatorAction& action);
  // False once it is stopping.
  bool WaitForFreeze();
  // Calls one service after the other, a frozen one last, until one answers with anything but UNAVAILABLE, ABORTED or
  // DEADLINE_EXCEEDED.
  template <typename Answer>
  absl::StatusOr<Answer> AskUntilAnswered(
      const std::string& user, const std::function<absl::StatusOr<Answer>(const testing::FleetDriver&)>& call);
  // False once it is stopping.
  bool WaitUntilTime(absl::Time time);
  void Complain(const std::string& what);

  const CrashSchedule schedule_;
  const std::vector<std::string> addresses_;
  mutable Mutex mutex_;
  CondVar changed_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::optional<int> frozen_ ABSL_GUARDED_BY(mutex_);  // the service that was frozen last
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Accepted> accepted_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> violations_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace fleet::crash

#endif  // FLEET_TESTS_CRASH_FLEET_OPERATOR_H_
