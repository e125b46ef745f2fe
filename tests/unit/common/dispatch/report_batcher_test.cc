#include "common/dispatch/report_batcher.h"

#include <gmock/gmock.h>

#include <atomic>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "common/database/sql_error.h"
#include "tests/support/status_matchers.h"
#include "tests/support/wait_until.h"

namespace fleet::dispatch {
namespace {

using domain::ReportVerdict;
using domain::TaskReport;
using domain::TaskState;
using ::fleet::testing::StatusIs;
using ::fleet::testing::WaitUntil;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

// As the database folder marks them.
absl::Status Marked(absl::Status status, const char* kind) {
  status.SetPayload("fleet.internal/sql_error", absl::Cord(kind));
  return status;
}
absl::Status DataError() { return Marked(absl::InvalidArgumentError("invalid text"), "data"); }
absl::Status InDoubt() { return Marked(absl::UnavailableError("connection lost"), "in doubt"); }

TaskReport Report(int ordinal, TaskState state = TaskState::kRunning, const std::string& message = "") {
  TaskReport report;
  report.task.ordinal = ordinal;
  report.attempt = 1;
  report.state = state;
  report.texts.message = message;
  return report;
}

// The store: records ordinals; refuses a batch with a report that says "bad"; can be held and made to fail.
class FakeReportStore {
 public:
  absl::StatusOr<std::vector<store::ReportAnswer>> Apply(const std::vector<TaskReport>& reports) {
    MutexLock lock(mutex_);
    batches_.push_back(reports);
    changed_.SignalAll();
    while (held_) changed_.Wait(mutex_);
    if (!failures_.empty()) {
      const absl::Status failure = failures_.front();
      failures_.erase(failures_.begin());
      if (!failure.ok()) return failure;
    }
    for (const TaskReport& report : reports) {
      if (absl::StartsWith(report.texts.message, "bad")) return DataError();
    }
    std::vector<store::ReportAnswer> answers;
    for (const TaskReport& report : reports) {
      recorded_.push_back(report.task.ordinal);
      answers.push_back({ReportVerdict::kApply, report.state});
    }
    return answers;
  }

  void Hold() {
    MutexLock lock(mutex_);
    held_ = true;
  }
  void Release() {
    MutexLock lock(mutex_);
    held_ = false;
    changed_.SignalAll();
  }
  // What the next transactions end with; OK: as usual.
  void FailNext(std::vector<absl::Status> failures) {
    MutexLock lock(mutex_);
    failures_ = std::move(failures);
  }
  std::vector<std::vector<TaskReport>> batches() {
    MutexLock lock(mutex_);
    return batches_;
  }
  std::vector<int> recorded() {
    MutexLock lock(mutex_);
    return recorded_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool held_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<absl::Status> failures_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::vector<TaskReport>> batches_ ABSL_GUARDED_BY(mutex_);
  std::vector<int> recorded_ ABSL_GUARDED_BY(mutex_);
};

class Submitted {
 public:
  ReportBatcher::Answer Callback() {
    return [this](absl::StatusOr<std::vector<ReportBatcher::Outcome>> outcomes) {
      MutexLock lock(mutex_);
      answers_.push_back(std::move(outcomes));
    };
  }
  int count() {
    MutexLock lock(mutex_);
    return static_cast<int>(answers_.size());
  }
  absl::StatusOr<std::vector<ReportBatcher::Outcome>> Wait() {
    if (!WaitUntil([this] { return count() > 0; })) return absl::DeadlineExceededError("no answer");
    MutexLock lock(mutex_);
    return answers_.front();
  }

 private:
  Mutex mutex_;
  std::vector<absl::StatusOr<std::vector<ReportBatcher::Outcome>>> answers_ ABSL_GUARDED_BY(mutex_);
};

class ReportBatcherTest : public ::testing::Test {
 protected:
  ~ReportBatcherTest() override { store_.Release(); }

  void Start() {
    batcher_.emplace([this](const std::vector<TaskReport>& reports) { return store_.Apply(reports); },
                     [this](const std::vector<TaskReport>& reports, const std::vector<store::ReportAnswer>& answers) {
                       EXPECT_EQ(reports.size(), answers.size());
                       MutexLock lock(mutex_);
                       for (const TaskReport& report : reports) applied_.push_back(report.task.ordinal);
                     },
                     options_);
  }
  // Submits one report whose transaction is under way when this returns.
  void SubmitAndHold(Submitted& submitted) {
    store_.Hold();
    batcher_->Submit({Report(1000)}, submitted.Callback());
    ASSERT_TRUE(WaitUntil([this] { return !store_.batches().empty(); }));
  }
  std::vector<int> applied() {
    MutexLock lock(mutex_);
    return applied_;
  }

  FakeReportStore store_;
  ReportBatcher::Options options_;
  Mutex mutex_;
  std::vector<int> applied_ ABSL_GUARDED_BY(mutex_);
  std::optional<ReportBatcher> batcher_;
};

TEST_F(ReportBatcherTest, WritesALoneReportAtOnce) {
  Start();
  Submitted one;
  batcher_->Submit({Report(1)}, one.Callback());
  const auto outcomes = one.Wait();
  FLEET_ASSERT_OK(outcomes);
  ASSERT_THAT(*outcomes, SizeIs(1));
  EXPECT_EQ((*outcomes)[0].answer.verdict, ReportVerdict::kApply);
  EXPECT_THAT((*outcomes)[0].refused, IsEmpty());
  EXPECT_THAT(applied(), ElementsAre(1));
}

TEST_F(ReportBatcherTest, AnswersAnEmptySubmission) {
  Start();
  Submitted none;
  batcher_->Submit({}, none.Callback());
  const auto outcomes = none.Wait();
  FLEET_ASSERT_OK(outcomes);
  EXPECT_THAT(*outcomes, IsEmpty());
}

TEST_F(ReportBatcherTest, GathersWhatComesDuringATransactionAndAnswersEachItsOwn) {
  Start();
  Submitted first;
  SubmitAndHold(first);
  Submitted second;
  Submitted third;
  batcher_->Submit({Report(1, TaskState::kRunning), Report(2, TaskState::kFailed)}, second.Callback());
  batcher_->Submit({Report(3, TaskState::kCompleted)}, third.Callback());
  store_.Release();
  const auto of_second = second.Wait();
  const auto of_third = third.Wait();
  FLEET_ASSERT_OK(of_second);
  FLEET_ASSERT_OK(of_third);
  EXPECT_THAT(store_.batches(), ElementsAre(SizeIs(1), SizeIs(3)));
  ASSERT_THAT(*of_second, SizeIs(2));
  EXPECT_EQ((*of_second)[0].answer.state, TaskState::kRunning);
  EXPECT_EQ((*of_second)[1].answer.state, TaskState::kFailed);
  ASSERT_THAT(*of_third, SizeIs(1));
  EXPECT_EQ((*of_third)[0].answer.state, TaskState::kCompleted);
}

TEST_F(ReportBatcherTest, FoldsReportsOnOneLeaseAcrossSubmissions) {
  Start();
  Submitted first;
  SubmitAndHold(first);
  Submitted progress;
  Submitted result;
  batcher_->Submit({Report(1, TaskState::kRunning)}, progress.Callback());
  batcher_->Submit({Report(1, TaskState::kCompleted)}, result.Callback());
  store_.Release();
  FLEET_ASSERT_OK(progress.Wait());
  FLEET_ASSERT_OK(result.Wait());
  ASSERT_THAT(store_.batches(), ElementsAre(SizeIs(1), SizeIs(1)));
  EXPECT_EQ(store_.batches()[1][0].state, TaskState::kCompleted);
  EXPECT_EQ((*progress.Wait())[0].answer.state, TaskState::kCompleted);
  EXPECT_THAT(applied(), ElementsAre(1000, 1)) << "each lease once";
}

TEST_F(ReportBatcherTest, RefusesAloneTheReportThatCannotBeStored) {
  Start();
  Submitted submitted;
  std::vector<TaskReport> reports;
  for (int i = 0; i < 16; ++i) reports.push_back(Report(i, TaskState::kRunning, i == 11 ? "bad bytes" : "fine"));
  batcher_->Submit(reports, submitted.Callback());
  const auto outcomes = submitted.Wait();
  FLEET_ASSERT_OK(outcomes);
  ASSERT_THAT(*outcomes, SizeIs(16));
  for (std::size_t i = 0; i < 16; ++i) EXPECT_EQ((*outcomes)[i].refused.empty(), i != 11) << i;
  EXPECT_THAT(store_.recorded(), SizeIs(15));
  EXPECT_LE(store_.batches().size(), 9U) << "halving takes two transactions a level";
}

TEST_F(ReportBatcherTest, FindsEveryCulprit) {
  Start();
  Submitted submitted;
  batcher_->Submit({Report(1, TaskState::kRunning, "bad"), Report(2), Report(3, TaskState::kRunning, "bad")},
                   submitted.Callback());
  const auto outcomes = submitted.Wait();
  FLEET_ASSERT_OK(outcomes);
  EXPECT_FALSE((*outcomes)[0].refused.empty());
  EXPECT_TRUE((*outcomes)[1].refused.empty());
  EXPECT_FALSE((*outcomes)[2].refused.empty());
  EXPECT_THAT(store_.recorded(), ElementsAre(2));
  EXPECT_THAT(applied(), ElementsAre(2));
}

TEST_F(ReportBatcherTest, TriesACommitInDoubtAgain) {
  Start();
  store_.FailNext({InDoubt(), InDoubt()});
  Submitted submitted;
  batcher_->Submit({Report(1)}, submitted.Callback());
  FLEET_EXPECT_OK(submitted.Wait());
  EXPECT_THAT(store_.batches(), SizeIs(3));
}

TEST_F(ReportBatcherTest, GivesUpAfterThreeCommitsInDoubt) {
  Start();
  store_.FailNext({InDoubt(), InDoubt(), InDoubt(), InDoubt()});
  Submitted submitted;
  batcher_->Submit({Report(1)}, submitted.Callback());
  EXPECT_THAT(submitted.Wait(), StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_THAT(store_.batches(), SizeIs(3));
}

TEST_F(ReportBatcherTest, AnyOtherErrorAnswersTheWholeBatch) {
  Start();
  Submitted first;
  SubmitAndHold(first);
  store_.FailNext({absl::OkStatus(), absl::ResourceExhaustedError("disk full")});
  Submitted second;
  Submitted third;
  batcher_->Submit({Report(1)}, second.Callback());
  batcher_->Submit({Report(2)}, third.Callback());
  store_.Release();
  FLEET_EXPECT_OK(first.Wait());
  EXPECT_THAT(second.Wait(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(third.Wait(), StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(store_.batches(), SizeIs(2)) << "not tried again: the reporters will";
}

TEST_F(ReportBatcherTest, BoundsATransactionInReports) {
  options_.max_reports = 5;
  Start();
  Submitted first;
  SubmitAndHold(first);
  std::vector<Submitted> submitted(6);
  for (int i = 0; i < 6; ++i) {
    batcher_->Submit({Report(2 * i), Report(2 * i + 1)}, submitted[static_cast<std::size_t>(i)].Callback());
  }
  Submitted large;
  std::vector<TaskReport> reports;
  for (int i = 100; i < 108; ++i) reports.push_back(Report(i));
  batcher_->Submit(reports, large.Callback());
  store_.Release();
  FLEET_ASSERT_OK(large.Wait());
  EXPECT_THAT(store_.batches(), ElementsAre(SizeIs(1), SizeIs(4), SizeIs(4), SizeIs(4), SizeIs(8)));
}

TEST_F(ReportBatcherTest, BoundsATransactionInBytes) {
  options_.max_bytes = 1000;
  Start();
  Submitted first;
  SubmitAndHold(first);
  std::vector<Submitted> submitted(4);
  for (int i = 0; i < 4; ++i) {
    batcher_->Submit({Report(i, TaskState::kRunning, std::string(300, 'x'))},
                     submitted[static_cast<std::size_t>(i)].Callback());
  }
  store_.Release();
  FLEET_ASSERT_OK(submitted[3].Wait());
  EXPECT_THAT(store_.batches(), ElementsAre(SizeIs(1), SizeIs(2), SizeIs(2)));
}

TEST_F(ReportBatcherTest, RefusesWhatWouldWaitBeyondTheLimit) {
  options_.max_waiting_bytes = 1000;
  Start();
  Submitted first;
  SubmitAndHold(first);  // being written: it waits no more
  Submitted fits;
  Submitted does_not_fit;
  batcher_->Submit({Report(1, TaskState::kRunning, std::string(800, 'x'))}, fits.Callback());
  batcher_->Submit({Report(2, TaskState::kRunning, std::string(800, 'x'))}, does_not_fit.Callback());
  EXPECT_THAT(does_not_fit.Wait(), StatusIs(absl::StatusCode::kResourceExhausted));
  store_.Release();
  FLEET_EXPECT_OK(fits.Wait());
  Submitted later;
  batcher_->Submit({Report(2, TaskState::kRunning, std::string(800, 'x'))}, later.Callback());
  FLEET_EXPECT_OK(later.Wait());
}

TEST_F(ReportBatcherTest, StopWritesWhatWasSubmittedThenRefuses) {
  Start();
  Submitted first;
  SubmitAndHold(first);
  Submitted second;
  batcher_->Submit({Report(1)}, second.Callback());
  std::thread stopper([this] { batcher_->Stop(); });
  store_.Release();
  stopper.join();
  batcher_->Stop();
  EXPECT_EQ(first.count(), 1);
  EXPECT_EQ(second.count(), 1);
  FLEET_EXPECT_OK(second.Wait());
  EXPECT_THAT(store_.recorded(), ElementsAre(1000, 1));
  Submitted late;
  batcher_->Submit({Report(2)}, late.Callback());
  EXPECT_THAT(late.Wait(), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(ReportBatcherTest, AnswersEverySubmissionExactlyOnceUnderStress) {
  constexpr int kThreads = 8;
  constexpr int kEach = 150;
  options_.max_reports = 20;
  std::vector<std::atomic<int>> answered(kThreads * kEach);
  std::atomic<int> wrong = 0;
  Start();
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < kEach; ++i) {
        const int id = thread * kEach + i;
        const bool bad = i % 10 == 3;
        batcher_->Submit({Report(3 * id), Report(3 * id + 1, TaskState::kFailed, bad ? "bad" : ""), Report(3 * id + 2)},
                         [&, id, bad](absl::StatusOr<std::vector<ReportBatcher::Outcome>> outcomes) {
                           ++answered[static_cast<std::size_t>(id)];
                           if (!outcomes.ok()) return;  // only once stopping
                           const bool right = outcomes->size() == 3 && (*outcomes)[0].refused.empty() &&
                                              (*outcomes)[1].refused.empty() != bad && (*outcomes)[2].refused.empty();
                           if (!right) ++wrong;
                         });
        if (id == kThreads * kEach / 2) batcher_->Stop();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  batcher_->Stop();
  for (const std::atomic<int>& count : answered) ASSERT_EQ(count, 1);
  EXPECT_EQ(wrong, 0);
  const std::vector<int> recorded = store_.recorded();
  EXPECT_EQ(std::set<int>(recorded.begin(), recorded.end()).size(), recorded.size()) << "recorded twice";
}

}  // namespace
}  // namespace fleet::dispatch
