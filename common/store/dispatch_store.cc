#include "common/store/dispatch_store.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <utility>

#include "common/domain/allocation.h"
#include "common/domain/fleet.h"
#include "common/domain/task.h"
#include "common/status/status_macros.h"
#include "common/store/dispatch_gate.h"
#include "common/store/fleet_columns.h"
#include "common/store/fleet_ledger.h"
#include "common/store/grant_rows.h"
#include "common/store/limit_rows.h"
#include "common/store/row_codec.h"
#include "common/store/task_picker.h"
#include "common/store/task_runs.h"

namespace fleet::store {
namespace {

using database::Array;
using database::Rows;
using database::Statement;
using database::Transaction;

constexpr Statement kReadRunners{"read_runners", R"sql(
  select r.state, r.pool, r.slots, r.received_lease_seq, g.fleet_ids, g.ordinals, g.attempts
  from unnest($1::uuid[], $2::bigint[]) with ordinality as d(runner_id, lease_seq, n)
  left join runners r on r.runner_id = d.runner_id
  left join lease_grants g on g.runner_id = d.runner_id and g.lease_seq = d.lease_seq
  order by d.n
)sql"};

// Fleets that hold slots or want some. A fleet that is paused or cancelled still holds slots.
constexpr Statement kReadOpenFleets{"read_open_fleets", R"sql(
  select f.fleet_id, f.creator, f.pool, f.priority, f.max_concurrency,
    f.submitted + f.hydrating + f.running + f.awaiting_approval + f.finalizing,
    case when s.starts then f.queued - f.delayed + case when s.due then f.delayed - f.suspects else 0 end else 0 end,
    case when s.starts and s.due then f.suspects else 0 end
  from fleets f
  cross join lateral (select f.next_retry_at <= clock_timestamp() as due,
    )sql" FLEET_MAY_START " and not " FLEET_IS_LATE R"sql( as starts) s
  where f.ended_at is null
)sql"};

// What kReadOpenFleets estimates, counted, for fleets that say some retry is due; no more than $1 of each kind.
constexpr Statement kCountReady{"count_ready", R"sql(
  select f.fleet_id, f.queued - f.delayed + d.others, d.suspects
  from fleets f
  cross join lateral (select
    (select count(*) from (select from tasks t where t.fleet_id = f.fleet_id and t.retry_at <= clock_timestamp()
      and t.losses = 0 and t.state = 1 limit $1) o)::int as others,
    (select count(*) from (select from tasks t where t.fleet_id = f.fleet_id and t.retry_at <= clock_timestamp()
      and t.losses > 0 and t.state = 1 limit $1) s)::int as suspects) d
  where f.ended_at is null and f.next_retry_at <= clock_timestamp()
)sql"};

constexpr Statement kHasWork{"has_work", R"sql(
  select exists (
    select from fleets f where f.ended_at is null and )sql" FLEET_MAY_START " and not " FLEET_IS_LATE R"sql(
      and (f.queued > f.delayed or f.next_retry_at <= clock_timestamp()))
)sql"};

// Runners of whom a live lease is a child that lost a runner before.
constexpr Statement kReadIsolating{"read_isolating", R"sql(
  select distinct r.runner_id
  from unnest($1::uuid[]) as r(runner_id)
  join lease_grants g on g.runner_id = r.runner_id
  cross join lateral unnest(g.fleet_ids, g.ordinals, g.attempts) as l(fleet_id, ordinal, attempt)
  join tasks t on t.fleet_id = l.fleet_id and t.ordinal = l.ordinal
  where t.attempt = l.attempt and t.runner_id = r.runner_id and t.state between 2 and 6 and t.losses > 0
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

// A demand that may be given work, and what it was given.
struct OpenDemand {
  std::size_t index;
  std::string pool;
  int32_t left;
  bool may_isolate = false;  // its runner holds no child that lost a runner, so it may be given one
};

// A fleet's row says when its first retry is due, not how many are: the first pass takes all of them for due.
enum class DueRetries { kEstimated, kCounted };

class DispatchPass {
 public:
  DispatchPass(Transaction& transaction, const std::vector<LeaseDemand>& demands, DueRetries due_retries)
      : transaction_(transaction), demands_(demands), due_retries_(due_retries), answers_(demands.size()) {}

  absl::StatusOr<std::vector<LeaseAnswer>> Run() {
    FLEET_RETURN_IF_ERROR(LockDispatchGate(transaction_));
    FLEET_RETURN_IF_ERROR(ReadRunners());
    FLEET_ASSIGN_OR_RETURN(const std::vector<domain::FleetGrant> grants, DecideGrants());
    if (!grants.empty()) FLEET_RETURN_IF_ERROR(Grant(grants));
    granted_in_vain_ = !grants.empty() && moved_ == 0;
    if (moved_ == 0) transaction_.RollBackInstead();
    return std::move(answers_);
  }

  // Every slot went to fleets that had no child for it.
  bool granted_in_vain() const { return granted_in_vain_; }

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
      const int32_t slots = row.Int();
      const int64_t received = row.BigInt();
      std::vector<GrantedTask> granted = ReadGrant(row);
      LeaseAnswer& answer = answers_[i];
      if (state == 0) {
        answer.kind = LeaseAnswer::Kind::kNotRegistered;
      } else if (state != 1) {
        answer.kind = LeaseAnswer::Kind::kRunnerLost;
      } else if (!granted.empty()) {
        answer.kind = LeaseAnswer::Kind::kGranted;
        answer.tasks = std::move(granted);
      } else if (demands_[i].lease_seq <= received) {
        answer.kind = LeaseAnswer::Kind::kStale;
      } else if (served.insert(demands_[i].runner_id).second) {
        // One grant a runner and transaction: two calls of one runner with one number must not both be granted.
        // How many of its slots are taken would be known only from its children: to read these costs as much as a
        // grant.
        open_.push_back({i, pool, std::min(demands_[i].max_tasks, slots)});
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
    std::vector<int32_t> suspects;
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
      suspects.push_back(row.Int());
    }
    if (due_retries_ == DueRetries::kCounted) FLEET_RETURN_IF_ERROR(CountReady(wanted, fleets, suspects));
    if (std::any_of(suspects.begin(), suspects.end(), [](int32_t count) { return count > 0; })) {
      FLEET_RETURN_IF_ERROR(FindIsolatingDemands());
      for (std::size_t i = 0; i < fleets.size(); ++i) {
        fleets[i].ready += std::min(suspects[i], isolating_[fleets[i].pool]);
      }
    }
    return domain::Allocate(fleets, limits, wanted);
  }

  absl::Status CountReady(const std::map<std::string, int32_t>& wanted, std::vector<domain::FleetDemand>& fleets,
                          std::vector<int32_t>& suspects) {
    int64_t most = 0;
    for (const auto& [pool, count] : wanted) most += count;
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction_.Execute(kCountReady, {most}));
    std::map<domain::Ulid, std::pair<int32_t, int32_t>> counted;
    for (database::RowReader row : rows) {
      const domain::Ulid fleet_id = ReadUlid(row);
      const int32_t ready = row.Int();
      counted[fleet_id] = {ready, row.Int()};
    }
    for (std::size_t i = 0; i < fleets.size(); ++i) {
      const auto found = counted.find(fleets[i].fleet_id);
      const bool starts = fleets[i].ready > 0 || suspects[i] > 0;
      if (starts && found != counted.end()) std::tie(fleets[i].ready, suspects[i]) = found->second;
    }
    return absl::OkStatus();
  }

  // Which demands may be given a child that lost a runner: no runner holds two of them at once.
  absl::Status FindIsolatingDemands() {
    Array runner_ids;
    for (const OpenDemand& demand : open_) runner_ids.AddBare(demands_[demand.index].runner_id.ToUuid());
    FLEET_ASSIGN_OR_RETURN(const Rows rows, transaction_.Execute(kReadIsolating, {runner_ids}));
    std::set<domain::Ulid> holders;
    for (database::RowReader row : rows) holders.insert(ReadUlid(row));
    for (OpenDemand& demand : open_) {
      demand.may_isolate = holders.count(demands_[demand.index].runner_id) == 0;
      if (demand.may_isolate) ++isolating_[demand.pool];
    }
    return absl::OkStatus();
  }

  absl::Status Grant(const std::vector<domain::FleetGrant>& grants) {
    std::vector<domain::Ulid> ids;
    ids.reserve(grants.size());
    for (const domain::FleetGrant& grant : grants) ids.push_back(grant.fleet_id);
    FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction_, ids));
    TaskPicker picker(transaction_, ledger);
    FLEET_ASSIGN_OR_RETURN(const PickedTasks picked, picker.Pick(grants, isolating_));
    AssignSuspects(ledger, picked.suspects);
    AssignOthers(ledger, picked.others);
    if (moved_ == 0) return absl::OkStatus();
    FLEET_RETURN_IF_ERROR(WriteLeases());
    FLEET_RETURN_IF_ERROR(picker.MoveCursors());
    return ledger.Write(transaction_);
  }

  // One each.
  void AssignSuspects(FleetLedger& ledger, const std::vector<domain::Task>& suspects) {
    for (const domain::Task& task : suspects) {
      const std::string& pool = ledger.Find(task.id.fleet_id)->pool;
      const auto taker = std::find_if(open_.begin(), open_.end(), [&](const OpenDemand& demand) {
        return demand.may_isolate && demand.left > 0 && demand.pool == pool;
      });
      if (taker == open_.end()) continue;
      taker->may_isolate = false;
      --taker->left;
      Assign(ledger, task, taker->index);
    }
  }

  // Each runner gets its share in one piece: neighbours cost the database less than scattered children.
  void AssignOthers(FleetLedger& ledger, const std::vector<domain::Task>& tasks) {
    std::map<std::string, std::vector<OpenDemand*>> takers;
    for (OpenDemand& demand : open_) takers[demand.pool].push_back(&demand);
    std::map<std::string, int32_t> picked;
    for (const domain::Task& task : tasks) ++picked[ledger.Find(task.id.fleet_id)->pool];
    for (auto& [pool, demands] : takers) ShareOut(picked[pool], demands);
    for (const domain::Task& task : tasks) {
      std::vector<OpenDemand*>& pool = takers[ledger.Find(task.id.fleet_id)->pool];
      while (!pool.empty() && pool.back()->left == 0) pool.pop_back();
      if (pool.empty()) continue;
      --pool.back()->left;
      Assign(ledger, task, pool.back()->index);
    }
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
    return InsertGrants();
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
  const DueRetries due_retries_;
  std::vector<LeaseAnswer> answers_;
  std::vector<OpenDemand> open_;
  std::map<std::string, int32_t> isolating_;  // by pool: open demands that may_isolate
  TaskRuns moved_runs_;
  Array moved_runners_;  // of each run
  std::size_t moved_by_ = 0;
  int64_t moved_ = 0;
  bool granted_in_vain_ = false;
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
  bool in_vain = false;
  const auto pass = [&](DueRetries due_retries) {
    return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<std::vector<LeaseAnswer>> {
      DispatchPass dispatch(transaction, demands, due_retries);
      absl::StatusOr<std::vector<LeaseAnswer>> given = dispatch.Run();
      in_vain = dispatch.granted_in_vain();
      return given;
    });
  };
  absl::StatusOr<std::vector<LeaseAnswer>> answers = pass(DueRetries::kEstimated);
  if (!answers.ok() || !in_vain) return answers;
  // The same would be chosen again and again while others wait. In a transaction of its own, since fleets are locked in
  // one order.
  return pass(DueRetries::kCounted);
}

}  // namespace fleet::store
