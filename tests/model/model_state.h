// What the model remembers: plain values, in the simplest shape that can hold them. Counters are not among them; they
// are counted anew whenever they are compared.
#ifndef FLEET_TESTS_MODEL_MODEL_STATE_H_
#define FLEET_TESTS_MODEL_MODEL_STATE_H_

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/domain/fleet.h"
#include "common/domain/task.h"
#include "common/store/dispatch_store.h"
#include "common/store/redrive_store.h"
#include "tests/model/moment.h"

namespace fleet::testing {

struct ModelChild {
  domain::TaskState state = domain::TaskState::kQueued;
  domain::Outcome outcome = domain::Outcome::kUnspecified;
  domain::FailureCategory category = domain::FailureCategory::kNone;
  int32_t attempt = 0;
  int32_t tries = 0;
  int32_t losses = 0;
  int32_t faults = 0;
  int32_t generation = 1;
  bool cancelling = false;   // told to stop by itself
  bool unconfirmed = false;  // and its runner's time to confirm is over
  domain::Ulid runner;
  std::optional<int64_t> cost_micros;
  std::optional<int64_t> duration_ms;
  std::string pull_request_url;
  std::string commit;
  Moment retry;
  Moment leased;
  Moment ended;

  bool IsQueued() const { return state == domain::TaskState::kQueued; }
  bool IsFresh() const { return IsQueued() && !retry.IsSet(); }
  bool IsDelayed() const { return IsQueued() && retry.IsSet(); }
  // Lost its runner before: it may be what kills them.
  bool IsSuspect() const { return losses > 0; }
};

struct ModelAttempt {
  domain::Ulid runner;
  domain::TaskState state;
  domain::FailureCategory category;
  std::optional<int64_t> cost_micros;
  int32_t generation = 1;
};

struct ModelFleet {
  int number = 0;  // for people
  domain::Ulid id;
  std::string creator;
  std::string pool;
  std::string request_id;
  std::string fingerprint;
  int32_t priority = 0;
  int32_t cap = 0;
  int32_t max_tries = 0;
  int32_t total = 0;
  std::vector<int32_t> chunks;           // sizes
  std::optional<int32_t> broken_chunk;   // whose expansion fails
  bool open = false;                     // targets may be added
  std::map<int32_t, std::string> parts;  // those that were: their fingerprints

  domain::FleetState state = domain::FleetState::kPending;
  int64_t revision = 0;
  domain::CancelMode cancel_mode = domain::CancelMode::kNone;
  std::string cancelled_by;
  bool paused = false;
  std::optional<std::string> amended;  // the description that a retry gave it
  bool failed = false;                 // its expansion
  std::optional<int64_t> deadline;
  bool is_late = false;  // its deadline lies behind
  bool expired = false;  // and a worker saw it
  int32_t generation = 1;
  std::optional<store::NewGeneration> retry;  // whose children a worker has yet to return
  int32_t next_ordinal = 1;
  std::optional<int64_t> next_retry;
  int64_t duration_ms = 0;
  Moment queue_since;
  bool is_aged = false;  // its queue has waited longer than any limit
  Moment started;
  Moment ended;
  std::vector<ModelChild> children;                              // by ordinal - 1
  std::vector<std::set<int32_t>> feed;                           // ordinals moved, by revision - 1
  std::map<std::pair<int32_t, int32_t>, ModelAttempt> attempts;  // recorded, by ordinal and attempt

  // Of this step, for the comparison.
  bool touched = false;
  std::set<int32_t> moved;
  std::set<std::pair<int32_t, int32_t>> recorded;
  std::set<int32_t> measured;        // whose attempt ended
  std::map<int32_t, bool> requeued;  // that got a retry time, and whether it lies ahead
  bool retries_reread = false;       // dispatch took due children, and read the next retry anew
  bool retries_may_be_reread = false;
  int64_t compared_revision = 0;

  ModelChild& Child(int32_t ordinal) { return children[static_cast<std::size_t>(ordinal) - 1]; }
  const ModelChild& Child(int32_t ordinal) const { return children[static_cast<std::size_t>(ordinal) - 1]; }
  int32_t Expanded() const { return static_cast<int32_t>(children.size()); }
  int32_t Active() const;
  std::optional<int64_t> FirstRetry() const;
  bool IsOpen() const { return state < domain::FleetState::kCompleted; }
  bool ChildrenAreToCome() const { return IsOpen() && (open || Expanded() < total); }
  // Is brought to its end, for any reason.
  bool IsCancelling() const { return cancel_mode != domain::CancelMode::kNone || failed || expired; }
  bool EndsByDeadline() const { return expired && !failed && cancel_mode == domain::CancelMode::kNone; }
  // Told to stop at once: what runs is stopped too.
  bool IsStopping() const { return cancel_mode == domain::CancelMode::kStop || failed || expired; }
  bool MayStart() const { return IsOpen() && !IsCancelling() && !paused && !is_late; }
};

struct ModelRunner {
  enum class State { kLive = 1, kLost = 2, kGone = 3 };
  int number = 0;
  domain::Ulid id;
  std::string pool;
  int32_t slots = 0;
  State state = State::kLive;
  bool silent = false;
  int64_t heartbeat_seq = 0;
  int64_t received_lease_seq = 0;
  std::map<int64_t, std::vector<store::GrantedTask>> grants;  // by lease_seq
  bool touched = false;
  std::set<int64_t> granted;  // in this step
};

struct ModelJob {
  int32_t cursor = 0;
  Moment not_before;
  bool is_due = true;
};

}  // namespace fleet::testing

#endif  // FLEET_TESTS_MODEL_MODEL_STATE_H_
