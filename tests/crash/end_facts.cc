#include "tests/crash/end_facts.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "common/database/transaction.h"
#include "common/domain/fleet.h"
#include "common/domain/task.h"
#include "common/domain/ulid.h"
#include "common/status/status_macros.h"
#include "tests/support/fleet_driver.h"

namespace fleet::crash {
namespace {

using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;
using domain::TaskState;

constexpr Statement kFleets{"facts_fleets", R"sql(
  select f.fleet_id, coalesce(f.request_id, ''), f.state,
    array(select r from fleet_targets t, unnest(t.repos) with ordinality u(r, n)
      where t.fleet_id = f.fleet_id order by t.chunk, u.n)
  from fleets f
)sql"};

constexpr Statement kTasks{"facts_tasks", R"sql(
  select fleet_id, ordinal, attempt, state, category from tasks
)sql"};

constexpr Statement kAttempts{"facts_attempts", "select fleet_id, ordinal, attempt, state from task_attempts"};

// A job of an ended fleet goes with the step that finds nothing to do, so that some may be there for a moment.
constexpr Statement kJobs{"facts_jobs", "select count(*) from fleet_jobs where not_before < now() - interval '5 s'"};

struct Child {
  int32_t attempt = 0;
  TaskState state = TaskState::kQueued;
  domain::FailureCategory category = domain::FailureCategory::kNone;
};
struct Facts {
  struct Fleet {
    std::string request_id;
    domain::FleetState state = domain::FleetState::kPending;
    std::vector<std::string> targets;
  };
  std::map<std::string, Fleet> fleets;    // by ULID
  std::map<std::string, Child> children;  // by task id
  std::map<std::pair<std::string, int32_t>, TaskState> attempts;
  int64_t jobs = 0;
};

std::string UlidOf(const std::string& uuid) { return domain::Ulid::FromUuid(uuid)->ToString(); }

absl::StatusOr<Facts> ReadFacts(Transaction& transaction) {
  transaction.RollBackInstead();
  Facts facts;
  FLEET_ASSIGN_OR_RETURN(const Rows fleets, transaction.Execute(kFleets));
  for (RowReader row : fleets) {
    Facts::Fleet& fleet = facts.fleets[UlidOf(row.Text())];
    fleet.request_id = row.Text();
    fleet.state = static_cast<domain::FleetState>(row.Int());
    for (auto& repo : row.TextArray()) fleet.targets.push_back(repo.value_or(""));
  }
  FLEET_ASSIGN_OR_RETURN(const Rows tasks, transaction.Execute(kTasks));
  for (RowReader row : tasks) {
    const std::string fleet_id = UlidOf(row.Text());
    Child& child = facts.children[absl::StrCat(fleet_id, "-", row.Int())];
    child.attempt = row.Int();
    child.state = static_cast<TaskState>(row.Int());
    child.category = static_cast<domain::FailureCategory>(row.Int());
  }
  FLEET_ASSIGN_OR_RETURN(const Rows attempts, transaction.Execute(kAttempts));
  for (RowReader row : attempts) {
    const std::string fleet_id = UlidOf(row.Text());
    const std::string task_id = absl::StrCat(fleet_id, "-", row.Int());
    const int32_t attempt = row.Int();
    facts.attempts[{task_id, attempt}] = static_cast<TaskState>(row.Int());
  }
  FLEET_ASSIGN_OR_RETURN(const Rows jobs, transaction.Execute(kJobs));
  facts.jobs = jobs[0].BigInt();
  return facts;
}

class FactJudge {
 public:
  FactJudge(const CrashSchedule& schedule, const Answers& answers, const Facts& facts)
      : schedule_(schedule), accepted_(answers.accepted), answers_(answers), facts_(facts) {}

  std::vector<std::string> Judge() {
    if (facts_.fleets.size() != accepted_.size()) {
      Complain(absl::StrCat(accepted_.size(), " fleets were submitted, ", facts_.fleets.size(), " are there"));
    }
    for (std::size_t i = 0; i < accepted_.size(); ++i) JudgeFleet(i);
    for (const JournalEntry& entry : answers_.journal) JudgeEntry(entry);
    if (!answers_.watched.empty()) JudgeWatch();
    if (facts_.jobs > 0) Complain(absl::StrCat(facts_.jobs, " jobs are left"));
    return std::move(violations_);
  }

 private:
  void Complain(const std::string& what) { violations_.push_back(what); }

  void JudgeFleet(std::size_t plan) {
    const FleetOperator::Accepted& accepted = accepted_[plan];
    const auto found = facts_.fleets.find(accepted.fleet_id);
    if (found == facts_.fleets.end()) return Complain(absl::StrCat("accepted fleet ", accepted.fleet_id, " is gone"));
    const int targets = schedule_.fleets[plan].targets;
    const v1::CreateFleetRequest request = testing::FleetDriver::Request(targets);
    bool same = static_cast<int>(found->second.targets.size()) == targets;
    for (int i = 0; same && i < targets; ++i) {
      same = found->second.targets[static_cast<std::size_t>(i)] == request.targets(i).repo();
    }
    if (!same) Complain(absl::StrCat("fleet ", accepted.fleet_id, " has other targets than were accepted"));
    const bool cancelled = found->second.state == domain::FleetState::kCancelled;
    if (accepted.cancelled != cancelled) {
      Complain(absl::StrCat("fleet ", accepted.fleet_id, accepted.cancelled ? " was" : " was not",
                            " cancelled, but is in state ", static_cast<int>(found->second.state)));
    }
    for (int i = 1; i <= targets; ++i) {
      JudgeChild(absl::StrCat(accepted.fleet_id, "-", i), i, cancelled || accepted.cancelled_children.count(i) > 0);
    }
  }

  void JudgeChild(const std::string& task_id, int ordinal, bool cancelled) {
    const auto found = facts_.children.find(task_id);
    if (found == facts_.children.end()) return Complain(absl::StrCat("child ", task_id, " is not there"));
    const Child& child = found->second;
    const Fate fate = FateOf(schedule_.seed, ordinal, child.attempt);
    bool right = false;
    switch (child.state) {
      case TaskState::kCompleted:
        right = fate == Fate::kCompletes;
        break;
      case TaskState::kFailed:
        // Lost too often, whatever it would have come to.
        right = child.category == domain::FailureCategory::kCompute ||
                (child.category == domain::FailureCategory::kAgent && fate == Fate::kFailsForGood) ||
                (child.category == domain::FailureCategory::kNetwork && fate == Fate::kFailsRetryably);
        break;
      case TaskState::kCancelled:
        right = cancelled;
        break;
      default:
        break;
    }
    if (right) return;
    Complain(absl::StrCat("child ", task_id, " attempt ", child.attempt, " cannot have come to state ",
                          static_cast<int>(child.state), " category ", static_cast<int>(child.category)));
  }

  void JudgeEntry(const JournalEntry& entry) {
    const std::string attempt = absl::StrCat("child ", entry.task_id, " attempt ", entry.attempt);
    switch (entry.kind) {
      case JournalEntry::Kind::kLeased: {
        const auto [holder, is_new] = holders_.try_emplace({entry.task_id, entry.attempt}, entry.runner_id);
        if (holder->second != entry.runner_id) Complain(absl::StrCat(attempt, " was leased to two runners"));
        break;
      }
      case JournalEntry::Kind::kBegan:
        JudgeBegin(entry, attempt);
        break;
      case JournalEntry::Kind::kEnded:
        JudgeEnd(entry, attempt);
        break;
      case JournalEntry::Kind::kInvalid:
        Complain(absl::StrCat(attempt, ": its report ", entry.state, " was called invalid"));
        break;
    }
  }

  void JudgeBegin(const JournalEntry& entry, const std::string& attempt) {
    for (const FleetOperator::Accepted& fleet : accepted_) {
      if (entry.task_id.rfind(fleet.fleet_id, 0) != 0) continue;
      if (fleet.stopped.has_value() && entry.at > *fleet.stopped) {
        Complain(absl::StrCat(attempt, " began after its fleet was cancelled"));
      }
      for (const auto& [ordinal, at] : fleet.cancelled_children) {
        const bool same = entry.task_id == absl::StrCat(fleet.fleet_id, "-", ordinal);
        if (same && entry.at > at && !IsRetried(fleet))
          Complain(absl::StrCat(attempt, " began after it was cancelled"));
      }
    }
  }

  // A retry takes cancelled children too.
  bool IsRetried(const FleetOperator::Accepted& fleet) const {
    return std::any_of(schedule_.actions.begin(), schedule_.actions.end(), [&](const OperatorAction& action) {
      return action.kind == OperatorAction::Kind::kRetry &&
             accepted_[static_cast<std::size_t>(action.fleet)].fleet_id == fleet.fleet_id;
    });
  }

  void JudgeEnd(const JournalEntry& entry, const std::string& attempt) {
    const auto state = static_cast<TaskState>(entry.state);
    const auto child = facts_.children.find(entry.task_id);
    if (child == facts_.children.end()) return Complain(absl::StrCat(attempt, " ended, but is not there"));
    if (state == TaskState::kCompleted) {
      const auto [completer, is_new] = completed_.try_emplace(entry.task_id, entry.attempt);
      if (completer->second != entry.attempt) {
        Complain(absl::StrCat(attempt, " completed, and so had attempt ", completer->second));
      }
      if (child->second.state != state || child->second.attempt != entry.attempt) {
        Complain(absl::StrCat(attempt, " was told it completed, but attempt ", child->second.attempt, " is in state ",
                              static_cast<int>(child->second.state)));
      }
      return;
    }
    // Facts of an attempt that ended its child may be in the child's row alone.
    const bool in_row = child->second.attempt == entry.attempt && domain::IsTerminal(child->second.state);
    if (!in_row && facts_.attempts.count({entry.task_id, entry.attempt}) == 0) {
      Complain(absl::StrCat(attempt, " was told it ended in state ", entry.state, ", and nothing is recorded"));
    }
  }

  void JudgeWatch() {
    for (const auto& [task_id, child] : facts_.children) {
      if (task_id.rfind(accepted_[0].fleet_id, 0) != 0) continue;
      const auto seen = answers_.watched.find(task_id);
      if (seen == answers_.watched.end()) {
        Complain(absl::StrCat("child ", task_id, " was never shown to a watcher"));
      } else if (seen->second.attempt != child.attempt || seen->second.state != static_cast<int32_t>(child.state)) {
        Complain(absl::StrCat("child ", task_id, " is in state ", static_cast<int>(child.state), " attempt ",
                              child.attempt, ", a watcher was shown state ", seen->second.state, " attempt ",
                              seen->second.attempt));
      }
    }
  }

  const CrashSchedule& schedule_;
  const std::vector<FleetOperator::Accepted>& accepted_;
  const Answers& answers_;
  const Facts& facts_;
  std::map<std::pair<std::string, int32_t>, std::string> holders_;
  std::map<std::string, int32_t> completed_;
  std::vector<std::string> violations_;
};

}  // namespace

std::vector<std::string> FindBrokenFacts(const std::string& url, const CrashSchedule& schedule,
                                         const Answers& answers) {
  database::ConnectionPool pool(url, 1);
  const absl::StatusOr<Facts> facts = database::InTransaction(pool, ReadFacts, Transaction::Isolation::kSnapshot);
  if (!facts.ok()) return {absl::StrCat("the end cannot be read: ", facts.status().ToString())};
  return FactJudge(schedule, answers, *facts).Judge();
}

}  // namespace fleet::crash
