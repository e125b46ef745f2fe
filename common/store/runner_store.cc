#include "common/store/runner_store.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "absl/strings/str_cat.h"
#include "common/domain/fleet.h"
#include "common/domain/task_transitions.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "common/store/dispatch_gate.h"
#include "common/store/fleet_ledger.h"
#include "common/store/grant_rows.h"
#include "common/store/lease_ends.h"
#include "common/store/limit_rows.h"
#include "common/store/row_codec.h"
#include "common/store/task_rows.h"

namespace fleet::store {
namespace {

using database::Array;
using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

constexpr Statement kInsertRunner{"insert_runner", R"sql(
  insert into runners (runner_id, name, owner, pool, slots, version, host, address)
  values ($1, $2, $3, $4, $5, $6, $7, $8)
  on conflict (runner_id) do update set name = excluded.name, owner = excluded.owner, pool = excluded.pool,
    slots = excluded.slots, version = excluded.version, host = excluded.host, address = excluded.address,
    heartbeat_at = clock_timestamp()
    where runners.state = 1 and runners.owner = excluded.owner
)sql"};

constexpr Statement kReadRunnerOwner{"read_runner_owner", "select owner from runners where runner_id = $1"};

constexpr Statement kRecordHeartbeat{"record_heartbeat", R"sql(
  update runners set heartbeat_at = clock_timestamp(), heartbeat_seq = $2,
    received_lease_seq = greatest(received_lease_seq, $3)
  where runner_id = $1 and state = 1 and heartbeat_seq < $2
  returning slots
)sql"};

constexpr Statement kReadRunnerState{"read_runner_state", "select state from runners where runner_id = $1"};

// Leases of the runner's grants that are live. A runner ends a task at its timeout by itself: it has 15 s to do and
// report that before it is told to, and 60 s past the timeout, when it has had every chance, the task is ended without
// it.
constexpr Statement kReadLiveLeases{"read_live_leases", R"sql(
  select g.lease_seq, l.fleet_id, l.ordinal, l.attempt,
    f.cancel_mode = 1 or f.expansion_failed or t.cancel_requested_at is not null, f.expired,
    t.cancel_requested_at + (select value from limits where name = 'cancel_grace_ms') * interval '1 millisecond'
      < clock_timestamp(),
    t.leased_at + f.task_timeout_ms * interval '1 millisecond' + interval '15 seconds' < clock_timestamp(),
    t.leased_at + f.task_timeout_ms * interval '1 millisecond' + interval '60 seconds' < clock_timestamp()
  from lease_grants g
  cross join lateral unnest(g.fleet_ids, g.ordinals, g.attempts) as l(fleet_id, ordinal, attempt)
  join tasks t on t.fleet_id = l.fleet_id and t.ordinal = l.ordinal
  join fleets f on f.fleet_id = l.fleet_id
  where g.runner_id = $1 and t.attempt = l.attempt and t.runner_id = $1 and t.state between 2 and 6
)sql"};

constexpr Statement kDropDeadGrants{"drop_dead_grants", R"sql(
  delete from lease_grants where runner_id = $1 and lease_seq <= $2 and lease_seq <> all($3::bigint[])
)sql"};

constexpr Statement kAnySilent{"any_silent", R"sql(
  select exists (select from runners
    where state = 1 and heartbeat_at < clock_timestamp() - $1 * interval '1 millisecond')
)sql"};

constexpr Statement kMarkLost{"mark_lost", R"sql(
  update runners set state = 2 where runner_id in (
    select runner_id from runners
    where state = 1 and heartbeat_at < clock_timestamp() - $1 * interval '1 millisecond'
    order by runner_id limit 100 for update skip locked)
)sql"};

constexpr Statement kClaimLostRunner{"claim_lost_runner", R"sql(
  select runner_id from runners where state = 2 order by runner_id limit 1 for update skip locked
)sql"};

constexpr Statement kReadGrants{"read_grants", R"sql(
  select lease_seq, fleet_ids, ordinals, attempts from lease_grants where runner_id = $1 order by lease_seq limit 2
)sql"};

constexpr Statement kDropGrants{"drop_grants", R"sql(
  delete from lease_grants where runner_id = $1 and lease_seq = any($2::bigint[])
)sql"};

constexpr Statement kForgetRunner{"forget_runner", "update runners set state = 3 where runner_id = $1"};

constexpr Statement kRecordService{"record_service", R"sql(
  with gone as (delete from services where seen_at < clock_timestamp() - interval '1 day')
  insert into services (service_id, version, host, seen_at, continuous_since)
  values ($1, $2, $3, clock_timestamp(), clock_timestamp())
  on conflict (service_id) do update set seen_at = clock_timestamp(),
    continuous_since = case when services.seen_at < clock_timestamp() - $4 * interval '1 millisecond'
      then clock_timestamp() else services.continuous_since end
)sql"};

constexpr Statement kServicesPresent{"services_present", R"sql(
  select exists (select from services where seen_at > clock_timestamp() - $2 * interval '1 millisecond'
    and continuous_since < clock_timestamp() - $1 * interval '1 millisecond')
)sql"};

absl::Status RunnerLost() {
  return MakeError(absl::StatusCode::kFailedPrecondition,
                   "this runner was marked lost and its leases were given away: stop all work and register under a "
                   "new runner_id",
                   {"RUNNER_LOST", {}, {}});
}

absl::Status NotRegistered() {
  return MakeError(absl::StatusCode::kFailedPrecondition, "this runner is not registered: call RegisterRunner first",
                   {"RUNNER_NOT_REGISTERED", {}, {}});
}

absl::Status TooManyHeld(std::size_t held, int32_t slots) {
  return InvalidField(
      "held", absl::StrCat("has ", held, " leases, and this runner registered ", slots, slots == 1 ? " slot" : " slots",
                           ": lease no more than are free, where a lease takes one until its final "
                           "report was answered, or register with more"));
}

struct LiveLease {
  int64_t lease_seq = 0;
  bool cancelled = false;
  bool expired = false;
  bool unconfirmed = false;  // its own cancel was not confirmed within the grace time
  bool overdue = false;
  bool far_overdue = false;
};
using LiveLeases = std::map<std::pair<domain::TaskId, int32_t>, LiveLease>;

LiveLeases ReadLiveLeases(const Rows& rows) {
  LiveLeases leases;
  for (RowReader row : rows) {
    LiveLease lease;
    lease.lease_seq = row.BigInt();
    domain::TaskId id;
    id.fleet_id = ReadUlid(row);
    id.ordinal = row.Int();
    const int32_t attempt = row.Int();
    lease.cancelled = row.Bool();
    lease.expired = row.Bool();
    lease.unconfirmed = row.Bool();
    lease.overdue = row.Bool();
    lease.far_overdue = row.Bool();
    leases[{id, attempt}] = lease;
  }
  return leases;
}

std::vector<StopOrder> OrdersFor(const RunnerHeartbeat& heartbeat, const LiveLeases& live) {
  std::vector<StopOrder> orders;
  for (const GrantedTask& held : heartbeat.held) {
    const auto lease = live.find({held.id, held.attempt});
    if (lease == live.end()) {
      orders.push_back({held, StopOrder::Reason::kLeaseLost});
    } else if (lease->second.cancelled) {
      orders.push_back({held, StopOrder::Reason::kCancelled});
    } else if (lease->second.expired || lease->second.overdue) {
      orders.push_back({held, StopOrder::Reason::kTimedOut});
    }
  }
  return orders;
}

// What is busy now, the next heartbeat finds.
absl::Status TakeLeasesOf(database::ConnectionPool& pool, const domain::Ulid& runner_id,
                          const std::vector<GrantedTask>& leases, LeaseEnding ending) {
  if (leases.empty()) return absl::OkStatus();
  return database::InTransaction(pool, [&](Transaction& transaction) -> absl::Status {
    return TakeLeases(transaction, runner_id, leases, ending).status();
  });
}

}  // namespace

absl::Status RunnerNotYours() {
  return MakeError(absl::StatusCode::kPermissionDenied,
                   "this runner_id was registered by another user: a runner speaks only for itself",
                   {"RUNNER_NOT_YOURS", {}, {}});
}

absl::StatusOr<absl::Duration> RunnerStore::Register(const RunnerRegistration& runner) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<absl::Duration> {
    FLEET_ASSIGN_OR_RETURN(
        const Rows rows,
        transaction.Execute(kInsertRunner, {runner.runner_id.ToUuid(), runner.name, runner.owner, runner.pool,
                                            runner.slots, runner.facts.version, runner.facts.host, runner.address}));
    if (rows.affected() == 1) {
      FLEET_ASSIGN_OR_RETURN(const domain::Limits limits, ReadLimits(transaction));
      return limits.Lease();
    }
    FLEET_ASSIGN_OR_RETURN(const Rows owner, transaction.Execute(kReadRunnerOwner, {runner.runner_id.ToUuid()}));
    return !owner.empty() && owner[0].Text() != runner.owner ? RunnerNotYours() : RunnerLost();
  });
}

absl::StatusOr<std::optional<std::string>> RunnerStore::OwnerOf(const domain::Ulid& runner_id) {
  using Owner = std::optional<std::string>;
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<Owner> {
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kReadRunnerOwner, {runner_id.ToUuid()}));
    return rows.empty() ? Owner() : Owner(rows[0].Text());
  });
}

absl::StatusOr<std::vector<StopOrder>> RunnerStore::Heartbeat(const RunnerHeartbeat& heartbeat) {
  const std::string runner_id = heartbeat.runner_id.ToUuid();
  LiveLeases live;
  bool is_old = false;
  FLEET_RETURN_IF_ERROR(database::InTransaction(pool_, [&](Transaction& transaction) -> absl::Status {
    FLEET_ASSIGN_OR_RETURN(const Rows recorded, transaction.Execute(kRecordHeartbeat, {runner_id, heartbeat.seq,
                                                                                       heartbeat.received_lease_seq}));
    if (recorded.affected() == 0) {
      transaction.RollBackInstead();
      FLEET_ASSIGN_OR_RETURN(const Rows state, transaction.Execute(kReadRunnerState, {runner_id}));
      if (state.empty()) return NotRegistered();
      if (state[0].Int() != 1) return RunnerLost();
      is_old = true;
      return absl::OkStatus();
    }
    RowReader runner = recorded[0];
    const int32_t slots = runner.Int();
    if (heartbeat.held.size() > static_cast<std::size_t>(slots)) return TooManyHeld(heartbeat.held.size(), slots);
    FLEET_ASSIGN_OR_RETURN(const Rows leases, transaction.Execute(kReadLiveLeases, {runner_id}));
    live = ReadLiveLeases(leases);
    std::set<int64_t> live_seqs;
    for (const auto& [key, lease] : live) live_seqs.insert(lease.lease_seq);
    Array keep;
    for (const int64_t seq : live_seqs) keep.Add(seq);
    return transaction.Execute(kDropDeadGrants, {runner_id, heartbeat.received_lease_seq, keep}).status();
  }));
  if (is_old) return std::vector<StopOrder>();

  Leases held;
  for (const GrantedTask& lease : heartbeat.held) held.insert({lease.id, lease.attempt});
  std::vector<GrantedTask> given_back;
  std::vector<GrantedTask> cancelled;
  std::vector<GrantedTask> overdue;
  for (const auto& [key, lease] : live) {
    const bool received = lease.lease_seq <= heartbeat.received_lease_seq;
    if (received && held.count(key) == 0) {
      given_back.push_back({key.first, key.second});
    } else if (lease.unconfirmed) {
      cancelled.push_back({key.first, key.second});
    } else if (lease.far_overdue) {
      overdue.push_back({key.first, key.second});
    }
  }
  FLEET_RETURN_IF_ERROR(TakeLeasesOf(pool_, heartbeat.runner_id, given_back, &EndGivenBack));
  FLEET_RETURN_IF_ERROR(TakeLeasesOf(pool_, heartbeat.runner_id, cancelled, &EndUnconfirmed));
  FLEET_RETURN_IF_ERROR(TakeLeasesOf(pool_, heartbeat.runner_id, overdue, &EndOverdue));
  return OrdersFor(heartbeat, live);
}

absl::StatusOr<int> RunnerStore::MarkLost(absl::Duration lease) {
  const int64_t lease_ms = absl::ToInt64Milliseconds(lease);
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<int> {
    // Most passes find nobody silent, and need not hold the gate to see it.
    FLEET_ASSIGN_OR_RETURN(const Rows any, transaction.Execute(kAnySilent, {lease_ms}));
    if (!any[0].Bool()) {
      transaction.RollBackInstead();
      return 0;
    }
    FLEET_RETURN_IF_ERROR(LockDispatchGate(transaction));
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kMarkLost, {lease_ms}));
    if (rows.affected() == 0) transaction.RollBackInstead();
    return static_cast<int>(rows.affected());
  });
}

absl::StatusOr<std::optional<int>> RunnerStore::ReclaimStep() {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<std::optional<int>> {
    FLEET_ASSIGN_OR_RETURN(const Rows claimed, transaction.Execute(kClaimLostRunner));
    if (claimed.empty()) {
      transaction.RollBackInstead();
      return std::nullopt;
    }
    RowReader claimed_row = claimed[0];
    const domain::Ulid runner_id = ReadUlid(claimed_row);
    FLEET_ASSIGN_OR_RETURN(const Rows grants, transaction.Execute(kReadGrants, {runner_id.ToUuid()}));
    std::vector<GrantedTask> leases;
    std::vector<std::pair<int64_t, std::vector<GrantedTask>>> granted;
    for (RowReader row : grants) {
      const int64_t seq = row.BigInt();
      granted.emplace_back(seq, ReadGrant(row));
      leases.insert(leases.end(), granted.back().second.begin(), granted.back().second.end());
    }
    if (leases.empty()) {
      FLEET_RETURN_IF_ERROR(transaction.Execute(kForgetRunner, {runner_id.ToUuid()}).status());
      return 0;
    }
    FLEET_ASSIGN_OR_RETURN(const Leases busy, TakeLeases(transaction, runner_id, leases, &EndLost));
    Array seqs;
    for (const auto& [seq, tasks] : granted) {
      const bool done = std::none_of(tasks.begin(), tasks.end(), [&](const GrantedTask& task) {
        return busy.count({task.id, task.attempt}) > 0;
      });
      if (done) seqs.Add(seq);
    }
    FLEET_RETURN_IF_ERROR(transaction.Execute(kDropGrants, {runner_id.ToUuid(), seqs}).status());
    return static_cast<int>(leases.size() - busy.size());
  });
}

absl::Status RunnerStore::RecordService(const domain::Ulid& service_id, const ProcessFacts& facts, absl::Duration gap) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::Status {
    return transaction
        .Execute(kRecordService, {service_id.ToUuid(), facts.version, facts.host, absl::ToInt64Milliseconds(gap)})
        .status();
  });
}

absl::StatusOr<bool> RunnerStore::ServicesPresentFor(absl::Duration lease, absl::Duration gap) {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<bool> {
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kServicesPresent, {absl::ToInt64Milliseconds(lease),
                                                                                   absl::ToInt64Milliseconds(gap)}));
    return rows[0].Bool();
  });
}

}  // namespace fleet::store
