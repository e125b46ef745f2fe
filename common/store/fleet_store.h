// Fleets as callers see them: create, read, list, cancel.
#ifndef FLEET_COMMON_STORE_FLEET_STORE_H_
#define FLEET_COMMON_STORE_FLEET_STORE_H_

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "common/database/connection_pool.h"
#include "common/database/transaction.h"
#include "common/domain/caller.h"
#include "common/domain/fleet.h"
#include "common/domain/waiting.h"
#include "common/store/fleet_admission.h"
#include "common/store/fleet_parts.h"

namespace fleet::store {

// A fleet with what a reader wants beside it.
struct FleetRecord {
  domain::Fleet fleet;
  domain::FleetIntent intent;
  domain::Usage usage;
};

struct FleetFilter {
  std::string creator;  // empty: all
  std::vector<domain::FleetState> states;
  domain::Ulid before;  // none: from the newest
  int32_t limit = 50;
};

struct FleetPage {
  std::vector<FleetRecord> fleets;
  domain::Ulid next_before;  // none on the last page
};

// What a generation was asked, and by whom.
struct GenerationRecord {
  int32_t generation = 1;
  std::string created_by;
  absl::Time created_at;
  int32_t retried = 0;  // children returned to the queue so far
  domain::FleetIntent intent;
};

class FleetStore {
 public:
  explicit FleetStore(database::ConnectionPool& pool) : pool_(pool) {}

  struct Created {
    FleetRecord record;
    bool replayed = false;
  };
  // Admits it, see there. All or nothing.
  absl::StatusOr<Created> Create(const domain::Caller& caller, const NewFleet& fleet);
  // See AddPart and SealTargets.
  absl::StatusOr<Created> AddTargets(const domain::Caller& caller, const NewPart& part);
  absl::StatusOr<FleetRecord> Seal(const domain::Caller& caller, const domain::Ulid& fleet_id,
                                   std::optional<int32_t> total);

  // Returns kNotFound.
  absl::StatusOr<FleetRecord> Get(const domain::Caller& caller, const domain::Ulid& fleet_id);
  // Newest first; a page may be short, of rare states or long texts, and have a next one.
  absl::StatusOr<FleetPage> List(const domain::Caller& caller, const FleetFilter& filter);
  // The last 100, the oldest first; empty if there is no such fleet. Of long texts the oldest are left out.
  absl::StatusOr<std::vector<GenerationRecord>> Generations(const domain::Caller& caller, const domain::Ulid& fleet_id);

  // Once it has returned, no queued child starts. Idempotent; STOP after DRAIN tightens. Children whose runner does not
  // confirm within the grace time are ended without it. Returns kNotFound, or kFailedPrecondition FLEET_ALREADY_ENDED.
  absl::StatusOr<FleetRecord> Cancel(const domain::Caller& caller, const domain::Ulid& fleet_id,
                                     domain::CancelMode mode);

 private:
  database::ConnectionPool& pool_;
};

// The fleets that exist, in one snapshot; without descriptions and parameters that are longer than kMaxWatchedIntent.
absl::StatusOr<std::map<domain::Ulid, FleetRecord>> ReadFleetRecords(database::ConnectionPool& pool,
                                                                     const std::vector<domain::Ulid>& fleet_ids);

// One fleet as the transaction sees it. Returns kNotFound.
absl::StatusOr<FleetRecord> GetFleetRecord(database::Transaction& transaction, const domain::Ulid& fleet_id);

absl::Status FleetNotFound(const domain::Ulid& fleet_id);

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_FLEET_STORE_H_
