// What follows for a fleet from a batch of changes to it and its children. Every path that changes a fleet comes
// through here once, before it is written: reports, sweeps, lost runners, jobs, operators.
#ifndef FLEET_COMMON_DOMAIN_AFTER_BATCH_H_
#define FLEET_COMMON_DOMAIN_AFTER_BATCH_H_

#include "common/domain/fleet.h"

namespace fleet::domain {

// What others may have to be told of, once it is committed.
struct Consequences {
  bool ended = false;     // by this batch
  bool reopened = false;  // it had ended before
};

// `before`: the fleet as it was locked; `after`: as the batch leaves it, which is given its revision and state here.
// The place for what is decided by counters as they come out: a rule that pauses, ends or promotes by them changes
// `after`, and says so in the answer.
Consequences AfterBatch(const Fleet& before, Fleet& after);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_AFTER_BATCH_H_
