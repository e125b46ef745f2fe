// What must hold once every fleet of a schedule has ended: what callers and runners were told is what the database
// holds.
#ifndef FLEET_TESTS_CRASH_END_FACTS_H_
#define FLEET_TESTS_CRASH_END_FACTS_H_

#include <map>
#include <string>
#include <vector>

#include "tests/crash/crash_schedule.h"
#include "tests/crash/fleet_operator.h"
#include "tests/crash/fleet_watcher.h"
#include "tests/crash/runner_journal.h"

namespace fleet::crash {

// What people and runners were told.
struct Answers {
  std::vector<FleetOperator::Accepted> accepted;
  std::vector<JournalEntry> journal;
  // What a watcher of the first fleet has put together, by task id; empty if there was none.
  std::map<std::string, FleetWatcher::Child> watched;
};

// Reads the database at `url`. In words, what is wrong:
//   an accepted fleet is not there, not of its targets, or there twice;
//   a cancelled fleet is not CANCELLED, or a child stands as cancelled that nobody cancelled, by itself or with its
//   fleet; a final report that was answered OK is not what is recorded, or two attempts of a child were told that they
//     completed it, or a child ended in a way that its fate does not allow;
//   one attempt was leased to two runners; work began after a cancel of its child, or of its fleet
//   in mode stop, was answered;
//   a watcher saw other children than there are; jobs are left.
std::vector<std::string> FindBrokenFacts(const std::string& url, const CrashSchedule& schedule, const Answers& answers);

}  // namespace fleet::crash

#endif  // FLEET_TESTS_CRASH_END_FACTS_H_
