// Brings one fault of a schedule about, heals it, and says whether it really happened.
#ifndef FLEET_TESTS_CRASH_FAULT_INJECTOR_H_
#define FLEET_TESTS_CRASH_FAULT_INJECTOR_H_

#include <string>

#include "absl/time/time.h"
#include "tests/crash/crash_lab.h"
#include "tests/crash/crash_schedule.h"

namespace fleet::crash {

// Not thread-safe.
class FaultInjector {
 public:
  // `lab` outlives it.
  FaultInjector(const Fault& fault, CrashLab& lab) : fault_(fault), lab_(lab) {}

  // To be called often, with the time since the schedule's start: applies the fault once it is due and its victim is
  // where the schedule wants it, and heals it when it lasted long enough. `more_to_come`: whether fleets may still be
  // submitted; without, and with none open, the fault comes too late and is given up.
  void Poll(absl::Duration now, bool more_to_come);

  // Heals it if it is under way, and does nothing any more.
  void GiveUp();

  bool under_way() const { return stage_ == Stage::kActive; }
  FaultKind kind() const { return fault_.kind; }
  int victim() const { return fault_.victim; }
  bool over() const { return stage_ == Stage::kOver; }
  // Meaningful once it is over.
  bool fired() const { return fired_; }
  // For people: what was planned and what became of it.
  std::string Describe() const;

 private:
  enum class Stage { kWaiting, kActive, kOver };

  // False if the moment is not right.
  bool Apply();
  void Heal();
  bool KillOrFreeze(testing::FleetProgram& process, bool aim);
  bool FreezeRunner();
  bool CutNetwork();
  // Stops the process with SIGSTOP inside a transaction.
  bool CatchInTransaction(testing::FleetProgram& process);
  testing::FleetProgram& Victim();
  std::vector<testing::TcpProxy*> Network();

  const Fault fault_;
  CrashLab& lab_;
  Stage stage_ = Stage::kWaiting;
  bool fired_ = false;
  absl::Duration began_;
  int hits_ = 0;  // sessions terminated
};

}  // namespace fleet::crash

#endif  // FLEET_TESTS_CRASH_FAULT_INJECTOR_H_
