// What must hold once every fleet of a schedule has ended: what callers and runners were told is what the database
// holds.
#ifndef FLEET_TESTS_CRASH_END_FACTS_H_
#define FLEET_TESTS_CRASH_END_FACTS_H_

#include <string>
#include <vector>

#include "tests/crash/crash_schedule.h"
#include "tests/crash/fleet_operator.h"
#include "tests/crash/runner_journal.h"

namespace fleet::crash {

// Reads the database at `url`. In words, what is wrong:
//   an accepted fleet is not there, not of its targets, or there twice;
//   a cancelled fleet is not CANCELLED, or a child of one that is not stands as cancelled;
//   a final report that was answered OK is not what is recorded, or two attempts of a child were told that they
//     completed it, or a child ended in a way that its fate does not allow;
//   one attempt was leased to two runners; work began after a cancel in mode stop was answered;
//   jobs, or leases of ended fleets, are left.
std::vector<std::string> FindBrokenFacts(const std::string& url, const CrashSchedule& schedule,
                                         const std::vector<FleetOperator::Accepted>& accepted,
                                         const std::vector<JournalEntry>& journal);

}  // namespace fleet::crash

#endif  // FLEET_TESTS_CRASH_END_FACTS_H_
