#include "common/store/report_store.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "common/database/transaction.h"
#include "common/domain/pull_request_url.h"
#include "common/status/status_macros.h"
#include "common/store/failure_rows.h"
#include "common/store/fleet_controls.h"
#include "common/store/fleet_ledger.h"
#include "common/store/registration_sql.h"
#include "common/store/row_codec.h"
#include "common/store/task_rows.h"
#include "common/store/task_runs.h"

namespace fleet::store {
namespace {

using database::RowReader;
using database::Rows;
using database::Statement;
using database::Transaction;

constexpr Statement kReadCloneUrls{"read_clone_urls", "select t.fleet_id, t.ordinal, " FLEET_CLONE_URL  //
                                                          FLEET_TASKS_IN_RUNS FLEET_THEIR_REPOSITORIES};

bool NamesPullRequest(const domain::TaskReport& report) {
  return report.state == domain::TaskState::kCompleted && !report.pull_request_url.empty();
}

// Reports in whose place others are judged, by index: those that name a pull request which is not of their repository.
// Most batches name none, and ask the database nothing.
using Replaced = std::map<std::size_t, domain::TaskReport>;

absl::StatusOr<Replaced> ReplaceForeignPullRequests(Transaction& transaction,
                                                    const std::vector<domain::TaskReport>& reports) {
  Replaced replaced;
  TaskRuns runs;
  std::multimap<domain::TaskId, std::size_t> named;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    if (NamesPullRequest(reports[i])) named.emplace(reports[i].task, i);
  }
  if (named.empty()) return replaced;
  for (auto task = named.begin(); task != named.end(); task = named.upper_bound(task->first)) runs.Add(task->first);
  FLEET_ASSIGN_OR_RETURN(const Rows rows,
                         transaction.Execute(kReadCloneUrls, {runs.FleetIds(), runs.Firsts(), runs.Lasts()}));
  for (RowReader row : rows) {
    const domain::Ulid fleet_id = ReadUlid(row);
    const domain::TaskId task{fleet_id, row.Int()};
    const std::string clone_url = row.Text();
    const auto [first, last] = named.equal_range(task);
    for (auto report = first; report != last; ++report) {
      const domain::TaskReport& said = reports[report->second];
      const std::string problem = domain::PullRequestUrlProblem(said.pull_request_url, clone_url);
      if (!problem.empty()) replaced.emplace(report->second, domain::WithoutPullRequest(said, problem));
    }
  }
  return replaced;
}

// An attempt is recorded apart if it left words behind, if it did not complete its child, or if the child goes on
// without it.
bool NeedsRecord(const domain::TaskReport& report, const domain::Task& after) {
  if (!domain::IsTerminal(report.state)) return false;
  const domain::AttemptTexts& texts = report.texts;
  return after.state != report.state || report.state != domain::TaskState::kCompleted || !texts.message.empty() ||
         !texts.summary.empty() || !texts.log_tail.empty();
}

EndedAttempt RecordOf(const domain::TaskReport& report, const domain::Task& before, const domain::Fleet& fleet,
                      absl::Time now) {
  EndedAttempt attempt;
  attempt.task = report.task;
  attempt.attempt = report.attempt;
  attempt.runner_id = report.runner_id;
  attempt.state = report.state;
  attempt.category = domain::ReportedCategory(report);
  attempt.reason = report.reason;
  attempt.generation = before.generation;
  attempt.cost_micros = report.cost_micros;
  attempt.leased_at = before.leased_at;
  attempt.ended_at = now;
  attempt.texts = report.texts;
  if (fleet.expired && report.state == domain::TaskState::kTimedOut) {
    // The runner knows only that its time is over, not whose deadline that was.
    const FailureWords words = DescribeUnattempted(domain::FailureCategory::kTimeout);
    attempt.reason = words.reason;
    attempt.texts.message = std::string(words.message);
  }
  return attempt;
}

// A batch of reports in one transaction.
class ReportPass {
 public:
  using Answers = std::vector<ReportAnswer>;

  ReportPass(Transaction& transaction, const std::vector<domain::TaskReport>& reports,
             const std::function<double()>& jitter)
      : transaction_(transaction), reports_(reports), jitter_(jitter), answers_(reports.size()) {
    std::set<domain::Ulid> fleets;
    for (const domain::TaskReport& report : reports) {
      fleets.insert(report.task.fleet_id);
      task_ids_.push_back(report.task);
    }
    fleet_ids_.assign(fleets.begin(), fleets.end());
  }

  // Judges and writes the children before the fleets are locked, which are then held for their counters alone. nullopt,
  // with nothing written: a child is not active, or somebody else has it, or what it was judged by has changed.
  absl::StatusOr<std::optional<Answers>> RunChildrenFirst() {
    FLEET_ASSIGN_OR_RETURN(replaced_, ReplaceForeignPullRequests(transaction_, reports_));
    FLEET_ASSIGN_OR_RETURN(const FleetControls controls, FleetControls::Read(transaction_, fleet_ids_));
    FLEET_ASSIGN_OR_RETURN(batch_, ClaimActiveTasks(transaction_, task_ids_));
    const bool has_all = std::all_of(task_ids_.begin(), task_ids_.end(),
                                     [&](const domain::TaskId& id) { return batch_.tasks.count(id) > 0; });
    if (!has_all) return GiveUp();
    Judge([&](const domain::Ulid& fleet_id) { return controls.Find(fleet_id); });
    if (moves_.empty()) return ChangeNothing();
    FLEET_RETURN_IF_ERROR(WriteChildren());
    FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction_, fleet_ids_));
    if (!controls.StillHold(ledger)) return GiveUp();
    return WriteFleets(ledger);
  }

  // The same with the fleets locked throughout, so that nothing can change meanwhile. nullopt, with nothing written: a
  // batch that goes children first has `busy()`, and waits for these fleets.
  absl::StatusOr<std::optional<Answers>> RunFleetsFirst() {
    FLEET_ASSIGN_OR_RETURN(replaced_, ReplaceForeignPullRequests(transaction_, reports_));
    FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction_, fleet_ids_));
    FLEET_ASSIGN_OR_RETURN(batch_, LoadTasks(transaction_, task_ids_));
    Judge([&](const domain::Ulid& fleet_id) { return ledger.Find(fleet_id); });
    if (moves_.empty()) return ChangeNothing();
    std::vector<domain::TaskId> moving;
    moving.reserve(moves_.size());
    for (const auto& [before, after] : moves_) {
      // It could not be claimed, and would be waited for without end.
      if (!domain::IsActive(before.state)) return absl::InternalError("a report moves a child that is not active");
      moving.push_back(before.id);
    }
    FLEET_ASSIGN_OR_RETURN(const TaskBatch claimed, ClaimActiveTasks(transaction_, moving));
    for (const domain::TaskId& id : moving) {
      if (claimed.tasks.count(id) > 0) continue;
      busy_ = id;
      return GiveUp();
    }
    FLEET_RETURN_IF_ERROR(WriteChildren());
    return WriteFleets(ledger);
  }
  const std::optional<domain::TaskId>& busy() const { return busy_; }

 private:
  std::optional<Answers> GiveUp() {
    transaction_.RollBackInstead();
    return std::nullopt;
  }
  std::optional<Answers> ChangeNothing() {
    transaction_.RollBackInstead();
    return std::move(answers_);
  }

  template <typename FindFleet>
  void Judge(const FindFleet& find_fleet) {
    for (std::size_t i = 0; i < reports_.size(); ++i) {
      const auto other = replaced_.find(i);
      const domain::TaskReport& report = other == replaced_.end() ? reports_[i] : other->second;
      const auto task = batch_.tasks.find(report.task);
      if (task == batch_.tasks.end()) continue;
      const domain::Fleet& fleet = *find_fleet(report.task.fleet_id);
      answers_[i].verdict = domain::JudgeReport(task->second, fleet, report);
      if (answers_[i].verdict != domain::ReportVerdict::kApply) continue;
      domain::Task after = domain::AfterReport(task->second, fleet, report, batch_.now, jitter_());
      answers_[i].state = after.state;
      if (NeedsRecord(report, after)) ended_.push_back(RecordOf(report, task->second, fleet, batch_.now));
      if (after.faults != task->second.faults) faulted_.push_back(after);
      moves_.emplace_back(std::exchange(task->second, after), &task->second);
      (domain::IsTerminal(report.state) ? changed_ : advanced_).push_back(std::move(after));
    }
  }

  absl::Status WriteChildren() {
    FLEET_RETURN_IF_ERROR(SaveStages(transaction_, advanced_));
    FLEET_RETURN_IF_ERROR(SaveTasks(transaction_, changed_));
    FLEET_RETURN_IF_ERROR(SaveControls(transaction_, faulted_));
    return InsertAttempts(transaction_, ended_);
  }

  absl::StatusOr<std::optional<Answers>> WriteFleets(FleetLedger& ledger) {
    for (const auto& [before, after] : moves_) ledger.Record(before, *after);
    FLEET_RETURN_IF_ERROR(ledger.Write(transaction_));
    return std::optional<Answers>(std::move(answers_));
  }

  Transaction& transaction_;
  const std::vector<domain::TaskReport>& reports_;
  const std::function<double()>& jitter_;
  std::vector<domain::Ulid> fleet_ids_;
  std::vector<domain::TaskId> task_ids_;
  Replaced replaced_;
  Answers answers_;
  TaskBatch batch_;                                                  // as judged
  std::vector<std::pair<domain::Task, const domain::Task*>> moves_;  // before, and after in batch_: a child moves once
  std::vector<domain::Task> advanced_;
  std::vector<domain::Task> changed_;
  std::vector<domain::Task> faulted_;
  std::vector<EndedAttempt> ended_;
  std::optional<domain::TaskId> busy_;
};

}  // namespace

ReportStore::ReportStore(database::ConnectionPool& pool, std::function<double()> jitter)
    : pool_(pool), jitter_(std::move(jitter)) {}

absl::StatusOr<std::vector<ReportAnswer>> ReportStore::Apply(const std::vector<domain::TaskReport>& reports) {
  using Answers = std::optional<std::vector<ReportAnswer>>;
  FLEET_ASSIGN_OR_RETURN(Answers answers, database::InTransaction(pool_, [&](Transaction& transaction) {
                           return ReportPass(transaction, reports, jitter_).RunChildrenFirst();
                         }));
  while (!answers.has_value()) {
    std::optional<domain::TaskId> busy;
    FLEET_ASSIGN_OR_RETURN(answers, database::InTransaction(pool_, [&](Transaction& transaction) {
                             ReportPass pass(transaction, reports, jitter_);
                             absl::StatusOr<Answers> judged = pass.RunFleetsFirst();
                             busy = pass.busy();
                             return judged;
                           }));
    if (busy.has_value()) FLEET_RETURN_IF_ERROR(AwaitTask(pool_, *busy));
  }
  return *std::move(answers);
}

}  // namespace fleet::store
