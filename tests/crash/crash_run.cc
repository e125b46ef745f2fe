#include "tests/crash/crash_run.h"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/database/transaction.h"
#include "tests/crash/crash_lab.h"
#include "tests/crash/end_facts.h"
#include "tests/crash/fault_injector.h"
#include "tests/crash/fleet_operator.h"
#include "tests/crash/fleet_watcher.h"
#include "tests/support/invariant_checker.h"
#include "tests/support/test_stores.h"
#include "tests/support/wait_until.h"

namespace fleet::crash {
namespace {

using testing::WaitUntil;

constexpr int kRepositories = 15'000;
constexpr absl::Duration kStartLimit = absl::Seconds(30);
// Faults are over sooner, even where every one waits for its moment.
constexpr absl::Duration kFaultLimit = absl::Seconds(60);
// Progress: from the last fault's healing to the next child's end, and between two. Lease, backoff, reaper's wait, and
// slack for a busy machine.
constexpr absl::Duration kEndLimit = absl::Seconds(30);

constexpr database::Statement kSetLimits{"crash_set_limits", R"sql(
  update limits set value = case name when 'system_active' then $1::bigint else $2 end
  where name in ('system_active', 'user_active')
)sql"};

absl::Status SetLimits(const std::string& url, const CrashSchedule& schedule) {
  database::ConnectionPool pool(url, 1);
  return database::InTransaction(pool, [&](database::Transaction& transaction) {
    return transaction.Execute(kSetLimits, {schedule.system_active, schedule.user_active}).status();
  });
}

// One schedule under way.
class Course {
 public:
  Course(testing::PostgresServer& server, const testing::TestDatabase& database, const CrashSchedule& schedule,
         CrashReport& report)
      : schedule_(schedule), report_(report), url_(database.url()), lab_(server, database, schedule), checker_(url_) {
    for (const Fault& fault : schedule.faults) faults_.emplace_back(fault, lab_);
  }

  // Heals what is left unhealed: the next schedule has the same cluster.
  ~Course() {
    for (FaultInjector& fault : faults_) fault.GiveUp();
  }
  Course(const Course&) = delete;
  Course& operator=(const Course&) = delete;

  void Run() {
    report_.directory = lab_.directory();
    if (!Tended([this] { return lab_.IsUp(); }, kStartLimit)) return Complain("the processes did not start");
    FleetOperator people(schedule_, lab_.addresses());
    const bool over = Tended([&] { return Poll(people); }, kFaultLimit);
    Note();
    if (!over) return Complain("the faults did not come to an end");
    if (!AwaitEnd(people)) {
      return Complain(absl::StrCat("a fleet did not end, and no child within ", absl::FormatDuration(kEndLimit)));
    }
    for (const std::string& violation : people.violations()) Complain(violation);
    if (watcher_ != nullptr && !Tended([&] { return watcher_->done(); }, kEndLimit)) {
      Complain("the watcher was not told of the end");
    }
    JudgeEnd(people);
  }

 private:
  // Waits for `condition`, and minds the processes meanwhile.
  template <typename Condition>
  bool Tended(const Condition& condition, absl::Duration limit) {
    absl::Status tended;
    const bool held = WaitUntil(
        [&] {
          tended = lab_.Tend();
          return !tended.ok() || condition();
        },
        limit);
    if (!tended.ok()) Complain(std::string(tended.message()));
    return held && tended.ok();
  }

  // Until every fleet has ended: a low cap makes that slow, but children end all the time.
  bool AwaitEnd(const FleetOperator& people) {
    int ended = -1;
    while (true) {
      const int ended_before = std::exchange(ended, lab_.ChildrenEnded());
      if (ended == ended_before) return false;
      const bool over = Tended([&] { return people.done() && lab_.IsUp() && lab_.NothingIsOpen(); }, kEndLimit);
      if (over || !report_.violations.empty()) return over;
    }
  }

  // True once every fault is over.
  bool Poll(FleetOperator& people) {
    const auto started = people.started();
    if (!started.has_value()) return false;
    if (schedule_.watched && watcher_ == nullptr) {
      watcher_ = std::make_unique<FleetWatcher>(people.accepted()[0].fleet_id, lab_.addresses());
    }
    bool all_over = true;
    for (FaultInjector& fault : faults_) {
      const bool was_under_way = fault.under_way();
      fault.Poll(absl::Now() - *started, !people.done());
      if (fault.under_way() && !was_under_way && fault.kind() == FaultKind::kFreezeService) {
        people.NoteFreeze(fault.victim());
      }
      all_over = all_over && fault.over();
    }
    return all_over;
  }

  void Note() {
    for (const FaultInjector& fault : faults_) {
      report_.faults.push_back(fault.Describe());
      if (fault.fired()) ++report_.faults_fired;
    }
  }

  void JudgeEnd(const FleetOperator& people) {
    const absl::Status finished = checker_.Finish();
    report_.snapshots = checker_.snapshots();
    report_.snapshots_in_flight = checker_.snapshots_in_flight();
    if (!finished.ok() && !absl::IsFailedPrecondition(finished)) Complain(std::string(finished.message()));
    Answers answers;
    answers.accepted = people.accepted();
    for (int i = 0; i < schedule_.runners; ++i) {
      const auto entries = RunnerJournal::Read(lab_.JournalOf(i));
      if (!entries.ok()) return Complain(std::string(entries.status().message()));
      answers.journal.insert(answers.journal.end(), entries->begin(), entries->end());
    }
    report_.completions =
        static_cast<int>(std::count_if(answers.journal.begin(), answers.journal.end(), [](const JournalEntry& entry) {
          return entry.kind == JournalEntry::Kind::kEnded;
        }));
    if (watcher_ != nullptr) {
      report_.streams = watcher_->streams();
      answers.watched = watcher_->children();
      for (const std::string& violation : watcher_->violations()) Complain(violation);
    }
    for (const std::string& broken : FindBrokenFacts(url_, schedule_, answers)) Complain(broken);
  }

  void Complain(const std::string& what) { report_.violations.push_back(what); }

  const CrashSchedule& schedule_;
  CrashReport& report_;
  const std::string url_;
  CrashLab lab_;
  testing::InvariantChecker checker_;
  std::vector<FaultInjector> faults_;
  std::unique_ptr<FleetWatcher> watcher_;
};

}  // namespace

std::string CrashReport::Summary() const {
  const char* name = verdict == Verdict::kClean ? "clean" : verdict == Verdict::kVoid ? "void" : "VIOLATED";
  return absl::StrCat("seed ", seed, ": ", name, ", ", absl::StrJoin(faults, ", "), "; ", snapshots_in_flight, " of ",
                      snapshots, " snapshots in flight, ", completions, " ends answered, ",
                      streams > 0 ? absl::StrCat(streams, " watch streams, ") : "",
                      absl::FormatDuration(absl::Trunc(took, absl::Milliseconds(10))));
}

CrashRun::CrashRun(std::unique_ptr<testing::PostgresServer> server) : server_(std::move(server)), original_(*server_) {
  const testing::TestStores registered(original_.url(), kRepositories);
}

absl::StatusOr<std::unique_ptr<CrashRun>> CrashRun::Start() {
  // A connection that comes while the server stops, and whose network is cut, holds the stop up for as long.
  auto server = testing::PostgresServer::Start({.max_connections = 200, .settings = {"authentication_timeout = '1s'"}});
  if (!server.ok()) return server.status();
  return std::unique_ptr<CrashRun>(new CrashRun(*std::move(server)));
}

CrashReport CrashRun::Run(const CrashSchedule& schedule) {
  CrashReport report;
  report.seed = schedule.seed;
  const absl::Time began = absl::Now();
  {
    const testing::TestDatabase database(*server_, original_);
    const absl::Status limited = SetLimits(database.url(), schedule);
    if (!limited.ok()) report.violations.push_back(limited.ToString());
    Course(*server_, database, schedule, report).Run();
  }
  report.took = absl::Now() - began;
  const bool all_fired = report.faults_fired == static_cast<int>(schedule.faults.size());
  using Verdict = CrashReport::Verdict;
  report.verdict = !report.violations.empty()                      ? Verdict::kViolated
                   : !all_fired || report.snapshots_in_flight == 0 ? Verdict::kVoid
                                                                   : Verdict::kClean;
  // It may have been left stopped, and the next schedule needs it.
  if (report.verdict == Verdict::kViolated) (void)server_->Restart();
  if (report.verdict != Verdict::kViolated && !keep_logs_) std::filesystem::remove_all(report.directory);
  return report;
}

}  // namespace fleet::crash
