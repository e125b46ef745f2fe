// A job under way: what a worker claimed, and what a step of it came to.
#ifndef FLEET_COMMON_STORE_JOBS_JOB_H_
#define FLEET_COMMON_STORE_JOBS_JOB_H_

#include <cstdint>

#include "common/domain/fleet_trace.h"
#include "common/domain/ulid.h"

namespace fleet::store {

struct JobClaim {
  domain::Ulid key;    // what the job is about: for all kinds so far its fleet; none for a job of the whole system
  int32_t cursor = 0;  // where the step before left off; 0 at first
};

struct JobStep {
  domain::Ulid key;
  int32_t children = 0;  // that came into being or moved
  bool finished = false;
  bool kept = false;              // the job waits for its time as it stands
  int32_t next_cursor = 0;        // unless finished or kept
  domain::FleetTrace trace = {};  // of the fleet; none if the step is not told of in it
  int32_t generation = 1;         // with it
};

// Children that a step looks at: those after the cursor.
inline constexpr int32_t kChildrenAStep = 1000;

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_JOBS_JOB_H_
