#include "common/store/report_store.h"

#include <map>
#include <string>
#include <utility>

#include "common/database/transaction.h"
#include "common/domain/pull_request_url.h"
#include "common/status/status_macros.h"
#include "common/store/failure_rows.h"
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

}  // namespace

ReportStore::ReportStore(database::ConnectionPool& pool, std::function<double()> jitter)
    : pool_(pool), jitter_(std::move(jitter)) {}

absl::StatusOr<std::vector<ReportAnswer>> ReportStore::Apply(const std::vector<domain::TaskReport>& reports) {
  std::vector<domain::Ulid> fleet_ids;
  std::vector<domain::TaskId> task_ids;
  for (const domain::TaskReport& report : reports) {
    fleet_ids.push_back(report.task.fleet_id);
    task_ids.push_back(report.task);
  }
  return database::InTransaction(pool_, [&](Transaction& transaction) -> absl::StatusOr<std::vector<ReportAnswer>> {
    // Before the lock: where a child is cloned from does not hang on it.
    FLEET_ASSIGN_OR_RETURN(const Replaced replaced, ReplaceForeignPullRequests(transaction, reports));
    FLEET_ASSIGN_OR_RETURN(FleetLedger ledger, FleetLedger::Lock(transaction, fleet_ids));
    FLEET_ASSIGN_OR_RETURN(TaskBatch batch, LoadTasks(transaction, task_ids));
    std::vector<ReportAnswer> answers(reports.size());
    std::vector<domain::Task> advanced;
    std::vector<domain::Task> changed;
    std::vector<domain::Task> faulted;
    std::vector<EndedAttempt> ended;
    for (std::size_t i = 0; i < reports.size(); ++i) {
      const auto other = replaced.find(i);
      const domain::TaskReport& report = other == replaced.end() ? reports[i] : other->second;
      const auto task = batch.tasks.find(report.task);
      if (task == batch.tasks.end()) continue;
      const domain::Fleet& fleet = *ledger.Find(report.task.fleet_id);
      answers[i].verdict = domain::JudgeReport(task->second, fleet, report);
      if (answers[i].verdict != domain::ReportVerdict::kApply) continue;
      domain::Task after = domain::AfterReport(task->second, fleet, report, batch.now, jitter_());
      answers[i].state = after.state;
      ledger.Record(task->second, after);
      if (NeedsRecord(report, after)) ended.push_back(RecordOf(report, task->second, fleet, batch.now));
      if (after.faults != task->second.faults) faulted.push_back(after);
      task->second = after;
      (domain::IsTerminal(report.state) ? changed : advanced).push_back(std::move(after));
    }
    if (!ledger.HasChanges()) {
      transaction.RollBackInstead();
      return answers;
    }
    FLEET_RETURN_IF_ERROR(SaveStages(transaction, advanced));
    FLEET_RETURN_IF_ERROR(SaveTasks(transaction, changed));
    FLEET_RETURN_IF_ERROR(SaveControls(transaction, faulted));
    FLEET_RETURN_IF_ERROR(InsertAttempts(transaction, ended));
    FLEET_RETURN_IF_ERROR(ledger.Write(transaction));
    return answers;
  });
}

}  // namespace fleet::store
