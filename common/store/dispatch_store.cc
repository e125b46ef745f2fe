#include "common/store/dispatch_store.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "common/domain/allocation.h"
#include "common/domain/fleet.h"
#include "common/status/status_macros.h"
#include "common/store/fleet_ledger.h"
#include "common/store/limits.h"
#include "common/store/row_codec.h"
#include "common/store/task_runs.h"

namespace fleet::store {
namespace {

using database::Array;
using database::Rows;
using database::Statement;
using database::Transaction;

constexpr Statement kLockGate{"lock_gate", "select only_row from dispatch_gate for update"};

constexpr Statement kReadRunners{"read_runners", R"sql(
  select r.state, r.pool, r.received_lease_seq, g.fleet_ids, g.ordinals, g.attempts
  from unnest($1::uuid[], $2::bigint[]) with ordinality as d(runner_id, lease_seq, n)
  left join runners r on r.runner_id = d.runner_id
  left join lease_grants g on g.runner_id = d.runner_id and g.lease_seq = d.lease_seq
  order by d.n
)sql"};

// Fleets that hold slots or want some. A fleet that is paused or cancelled still holds slots.
constexpr Statement kReadOpenFleets{"read_open_fleets", R"sql(
  select f.fleet_id, f.creator, f.pool, f.priority, f.max_concurrency,
    f.submitted + f.hydrating + f.running + f.awaiting_approval + f.finalizing,
    case when f.cancel_mode <> 0 or f.paused or f.failure_message <> '' then 0
      else f.queued - f.delayed + case when f.next_retry_at <= clock_timestamp() then f.delayed else 0 end end
  from fleets f
  where f.ended_at is null
)sql"};

constexpr Statement kHasWork{"has_work", R"sql(
  select exists (
    select from fleets where ended_at is null and cancel_mode = 0 and not paused and failure_message = ''
      and (queued > delayed or next_retry_at <= clock_timestamp()))
)sql"};

constexpr Statement kPickDue{"pick_due", "select p.n, " FLEET_TASK_COLUMNS R"sql(
  from unnest($1::uuid[], $2::int[]) with ordinality as p(fleet_id, count, n)
  cross join lateral (
    select * from tasks x where x.fleet_id = p.fleet_id and x.retry_at <= clock_timestamp() and x.state = 1
    order by x.retry_at limit p.count) t
)sql"};

// Looks at no more than the window of ordinals that starts at the fleet's cursor.
constexpr Statement kPickFresh{"pick_fresh", R"sql(
  select p.n, t.ordinal, t.attempt
  from unnest($1::uuid[], $2::int[], $3::int[], $4::int[]) with ordinality as p(fleet_id, count, first, last, n)
  cross join lateral (
    select x.ordinal, x.attempt from tasks x where x.fleet_id = p.fleet_id and x.ordinal between p.first and p.last
      and x.state = 1 and x.retry_at is null
    order by x.ordinal limit p.count) t
)sql"};

constexpr Statement kLeaseTasks{"lease_tasks", R"sql(
  update tasks t set state = 2, attempt = t.attempt + 1, runner_id = l.runner_id, retry_at = null,
    leased_at = clock_timestamp(), category = 0
  from unnest($1::uuid[], $2::int[], $3::int[], $4::uuid[]) as l(fleet_id, first_ordinal, last_ordinal, runner_id)
  where t.fleet_id = l.fleet_id and t.ordinal between l.first_ordinal and l.last_ordinal
)sql"};

// The arrays come as text, one of each a grant: to gather them in the database takes twice as long.
constexpr Statement kInsertGrants{"insert_grants", R"sql(
  insert into lease_grants (runner_id, lease_seq, fleet_ids, ordinals, attempts)
  select l.runner_id, l.lease_seq, l.fleet_ids::uuid[], l.ordinals::int[], l.attempts::int[]
  from unnest($1::uuid[], $2::bigint[], $3::text[], $4::text[], $5::text[])
    as l(runner_id, lease_seq, fleet_ids, ordinals, attempts)
)sql"};

constexpr Statement kNextRetry{"next_retry", "select " FLEET_MICROS("min(retry_at)") R"sql(
  from tasks where fleet_id = $1 and retry_at is not null
)sql"};

constexpr int32_t kWindow = 5000;

// A demand that may be given work, and what it was given.
struct OpenDemand {
  std::size_t index;
  std::string pool;
  int32_t left;
};

class DispatchPass {
 public:
  DispatchPass(Transaction& transaction, const std::vector<LeaseDemand>& demands)
      : transaction_(transaction), demands_(demands), answers_(demands.size()) {}

  absl::StatusOr<std::vector<LeaseAnswer>> Run() {
    FLEET_RETURN_IF_ERROR(transaction_.Execute(kLockGate).status());
    FLEET_RETURN_IF_ERROR(ReadRunners());
    FLEET_ASSIGN_OR_RETURN(const std::vector<domain::FleetGrant> grants, DecideGrants());
    if (!grants.empty()) FLEET_RETURN_IF_ERROR(Grant(grants));
    if (moved_ == 0) transaction_.RollBackInstead();
    return std::move(answers_);
  }

 private:
  absl::Status ReadRunners() {
    Array runner_ids;
    Array seqs;
    for (const LeaseDemand& demand : demands_) {
      runner_ids.AddBare(demand.runner_id.ToUuid());
      seqs.Add(demand.lease_seq);
    }
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction_.Execute(kReadRunners, {runner_ids, seqs}));
    std::set<domain::Ulid> served;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      database::RowReader row = rows[i];
      const int32_t state = row.Int();
      const std::string pool = row.Text();
      const int64_t received = row.BigInt();
      const auto fleet_ids = row.TextArray();
      const auto ordinals = row.IntArray();
      const auto attempts = row.IntArray();
      LeaseAnswer& answer = answers_[i];
      if (state == 0) {
        answer.kind = LeaseAnswer::Kind::kNotRegistered;
      } else if (state != 1) {
        answer.kind = LeaseAnswer::Kind::kRunnerLost;
      } else if (!ordinals.empty()) {
        answer.kind = LeaseAnswer::Kind::kGranted;
        for (std::size_t k = 0; k < ordinals.size(); ++k) {
          answer.tasks.push_back({{*domain::Ulid::FromUuid(fleet_ids[k].value_or("")), ordinals[k]}, attempts[k]});
        }
      } else if (demands_[i].lease_seq <= received) {
        answer.kind = LeaseAnswer::Kind::kStale;
      } else if (served.insert(demands_[i].runner_id).second) {
        // One grant a runner and transaction: two calls of one runner with one number must not both be granted.
        open_.push_back({i, pool, demands_[i].max_tasks});
      }
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<domain::FleetGrant>> DecideGrants() {
    if (open_.empty()) return std::vector<domain::FleetGrant>();
    std::map<std::string, int32_t> wanted;
    for (const OpenDemand& demand : open_) wanted[demand.pool] += demand.left;
    FLEET_ASSIGN_OR_RETURN(const domain::Limits limits, ReadLimits(transaction_));
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction_.Execute(kReadOpenFleets));
    std::vector<domain::FleetDemand> fleets;
    fleets.reserve(rows.size());
    for (database::RowReader row : rows) {
      domain::FleetDemand fleet;
      fleet.fleet_id = ReadUlid(row);
      fleet.creator = row.Text();
      fleet.pool = row.Text();
      fleet.priority = row.Int();
      fleet.cap = row.Int();
      fleet.active = row.Int();
      fleet.ready = row.Int();
      fleets.push_back(std::move(fleet));
    }
    return domain::Allocate(fleets, limits, wanted);
  }

  absl::Status Grant(const std::vector<domain::FleetGrant>& grants) {
    std::vector<domain::Ulid> ids;
    ids.reserve(grants.size());
    for (const domain::FleetGrant& grant : grants) ids.push_back(grant.fleet_id);
    FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction_, ids));
    FLEET_RETURN_IF_ERROR(PickTasks(ledger, grants));
    if (picked_.empty()) return absl::OkStatus();
    AssignToDemands(ledger);
    if (moved_ == 0) return absl::OkStatus();
    FLEET_RETURN_IF_ERROR(WriteLeases());
    return ledger.Write(transaction_);
  }

  // What a fleet may be granted as it stands now, under its lock: it may have changed since it was counted.
  static int32_t Clamp(const domain::Fleet& fleet, int32_t granted) {
    if (fleet.cancel_mode != domain::CancelMode::kNone || fleet.paused || !fleet.failure_message.empty() ||
        domain::IsTerminal(fleet.state)) {
      return 0;
    }
    return std::min(granted, fleet.policy.max_concurrency - fleet.rollup.Active());
  }

  absl::Status PickTasks(FleetLedger& ledger, const std::vector<domain::FleetGrant>& grants) {
    std::map<domain::Ulid, int32_t> left;
    Array due_ids;
    Array due_counts;
    std::vector<domain::Fleet*> due_fleets;
    for (const domain::FleetGrant& grant : grants) {
      domain::Fleet* fleet = ledger.Find(grant.fleet_id);
      const int32_t count = fleet == nullptr ? 0 : Clamp(*fleet, grant.count);
      if (count <= 0) continue;
      left[grant.fleet_id] = count;
      if (fleet->rollup.delayed == 0) continue;
      due_ids.AddBare(fleet->id.ToUuid());
      due_counts.Add(int64_t{count});
      due_fleets.push_back(fleet);
    }
    if (!due_fleets.empty()) {
      FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction_.Execute(kPickDue, {due_ids, due_counts}));
      for (database::RowReader row : rows) {
        row.BigInt();
        picked_.push_back(ReadTask(row));
        --left[picked_.back().id.fleet_id];
      }
      retried_ = due_fleets;
    }
    return PickFresh(ledger, left);
  }

  absl::Status PickFresh(FleetLedger& ledger, const std::map<domain::Ulid, int32_t>& left) {
    Array ids;
    Array counts;
    Array firsts;
    Array lasts;
    std::vector<domain::Fleet*> fleets;
    std::vector<int32_t> wanted;
    for (const auto& [fleet_id, count] : left) {
      domain::Fleet* fleet = ledger.Find(fleet_id);
      const int32_t fresh = std::min(count, fleet->rollup.Fresh());
      if (fresh <= 0) continue;
      const int32_t last = std::min(fleet->rollup.expanded, fleet->next_ordinal + kWindow - 1);
      ids.AddBare(fleet_id.ToUuid());
      counts.Add(int64_t{fresh});
      firsts.Add(int64_t{fleet->next_ordinal});
      lasts.Add(int64_t{last});
      fleets.push_back(fleet);
      wanted.push_back(fresh);
      looked_until_[fleet_id] = last;
    }
    if (fleets.empty()) return absl::OkStatus();
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction_.Execute(kPickFresh, {ids, counts, firsts, lasts}));
    std::vector<int32_t> got(fleets.size());
    std::vector<int32_t> reached(fleets.size());
    for (database::RowReader row : rows) {
      const auto i = static_cast<std::size_t>(row.BigInt() - 1);
      domain::Task& task = picked_.emplace_back();
      task.id = {fleets[i]->id, row.Int()};
      task.attempt = row.Int();
      ++got[i];
      reached[i] = task.id.ordinal;
    }
    for (std::size_t i = 0; i < fleets.size(); ++i) {
      // Short of what was wanted: the whole window was looked at.
      cursor_[fleets[i]->id] = (got[i] == wanted[i] ? reached[i] : looked_until_[fleets[i]->id]) + 1;
    }
    return absl::OkStatus();
  }

  // Each runner gets its share in one piece: neighbours cost the database less than scattered children.
  void AssignToDemands(FleetLedger& ledger) {
    std::map<std::string, std::vector<OpenDemand*>> takers;
    for (OpenDemand& demand : open_) takers[demand.pool].push_back(&demand);
    std::map<std::string, int32_t> picked;
    for (const domain::Task& task : picked_) ++picked[ledger.Find(task.id.fleet_id)->pool];
    for (auto& [pool, demands] : takers) ShareOut(picked[pool], demands);
    for (const domain::Task& task : picked_) {
      std::vector<OpenDemand*>& pool = takers[ledger.Find(task.id.fleet_id)->pool];
      while (!pool.empty() && pool.back()->left == 0) pool.pop_back();
      if (pool.empty()) continue;
      --pool.back()->left;
      Assign(ledger, task, pool.back()->index);
    }
    for (const auto& [fleet_id, next_ordinal] : cursor_) ledger.Find(fleet_id)->next_ordinal = next_ordinal;
  }

  // Leaves every demand `left` as much of `tasks` as it gets: equal shares, unless it wants less.
  static void ShareOut(int32_t tasks, std::vector<OpenDemand*>& demands) {
    std::stable_sort(demands.begin(), demands.end(),
                     [](const OpenDemand* a, const OpenDemand* b) { return a->left < b->left; });
    auto others = static_cast<int32_t>(demands.size());
    for (OpenDemand* demand : demands) {
      demand->left = std::min(demand->left, (tasks + others - 1) / others);
      tasks -= demand->left;
      --others;
    }
  }

  void Assign(FleetLedger& ledger, const domain::Task& task, std::size_t index) {
    domain::Task after = task;
    after.state = domain::TaskState::kSubmitted;
    ++after.attempt;
    after.runner_id = demands_[index].runner_id;
    after.retry_at.reset();
    ledger.Record(task, after);
    LeaseAnswer& answer = answers_[index];
    const bool goes_on = answer.kind == LeaseAnswer::Kind::kGranted && moved_by_ == index;
    if (!goes_on) moved_runs_.Begin(after.id);
    if (!goes_on || moved_runs_.Add(after.id)) moved_runners_.AddBare(after.runner_id.ToUuid());
    moved_by_ = index;
    ++moved_;
    answer.kind = LeaseAnswer::Kind::kGranted;
    answer.tasks.push_back({after.id, after.attempt});
  }

  absl::Status WriteLeases() {
    FLEET_ASSIGN_OR_RETURN(const Rows moved,
                           transaction_.Execute(kLeaseTasks, {moved_runs_.FleetIds(), moved_runs_.Firsts(),
                                                              moved_runs_.Lasts(), moved_runners_}));
    if (moved.affected() != moved_) return absl::InternalError("dispatch moved other rows than it picked");
    FLEET_RETURN_IF_ERROR(InsertGrants());
    for (domain::Fleet* fleet : retried_) {
      FLEET_ASSIGN_OR_RETURN(const Rows next, transaction_.Execute(kNextRetry, {fleet->id.ToUuid()}));
      fleet->next_retry_at = next[0].OptionalTime();
    }
    return absl::OkStatus();
  }

  absl::Status InsertGrants() {
    Array runner_ids;
    Array seqs;
    Array fleet_ids;
    Array ordinals;
    Array attempts;
    for (const OpenDemand& demand : open_) {
      const std::vector<GrantedTask>& tasks = answers_[demand.index].tasks;
      if (tasks.empty()) continue;
      Array task_fleet_ids;
      Array task_ordinals;
      Array task_attempts;
      for (const GrantedTask& task : tasks) {
        task_fleet_ids.AddBare(task.id.fleet_id.ToUuid());
        task_ordinals.Add(int64_t{task.id.ordinal});
        task_attempts.Add(int64_t{task.attempt});
      }
      runner_ids.AddBare(demands_[demand.index].runner_id.ToUuid());
      seqs.Add(demands_[demand.index].lease_seq);
      fleet_ids.AddArray(task_fleet_ids);
      ordinals.AddArray(task_ordinals);
      attempts.AddArray(task_attempts);
    }
    return transaction_.Execute(kInsertGrants, {runner_ids, seqs, fleet_ids, ordinals, attempts}).status();
  }

  Transaction& transaction_;
  const std::vector<LeaseDemand>& demands_;
  std::vector<LeaseAnswer> answers_;
  std::vector<OpenDemand> open_;
  std::vector<domain::Task> picked_;
  TaskRuns moved_runs_;
  Array moved_runners_;  // of each run
  std::size_t moved_by_ = 0;
  int64_t moved_ = 0;
  std::map<domain::Ulid, int32_t> looked_until_;
  std::map<domain::Ulid, int32_t> cursor_;
  std::vector<domain::Fleet*> retried_;
};

}  // namespace

absl::StatusOr<bool> DispatchStore::HasWork() {
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<bool> {
    transaction.RollBackInstead();
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction.Execute(kHasWork));
    return rows[0].Bool();
  });
}

absl::StatusOr<std::vector<LeaseAnswer>> DispatchStore::Dispatch(const std::vector<LeaseDemand>& demands) {
  // A thousand parked demands must not take the gate whenever some report is recorded.
  if (std::all_of(demands.begin(), demands.end(), [](const LeaseDemand& demand) { return demand.is_repeated; })) {
    FLEET_ASSIGN_OR_RETURN(const bool has_work, HasWork());
    if (!has_work) return std::vector<LeaseAnswer>(demands.size());
  }
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<std::vector<LeaseAnswer>> {
    return DispatchPass(transaction, demands).Run();
  });
}

absl::StatusOr<std::vector<TaskDetails>> DispatchStore::Details(const std::vector<GrantedTask>& tasks) {
  std::vector<domain::TaskId> ids;
  ids.reserve(tasks.size());
  for (const GrantedTask& task : tasks) ids.push_back(task.id);
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<std::vector<TaskDetails>> {
    transaction.RollBackInstead();
    return ReadDetails(transaction, ids);
  });
}

}  // namespace fleet::store
