#include "common/dispatch/report_batcher.h"

#include <algorithm>
#include <utility>

#include "common/database/sql_error.h"
#include "common/domain/task_transitions.h"
#include "common/status/public_words.h"
#include "common/status/status_macros.h"

namespace fleet::dispatch {
namespace {

constexpr int kInDoubtAttempts = 3;

}  // namespace

ReportBatcher::ReportBatcher(Apply apply, Applied applied, const Options& options)
    : apply_(std::move(apply)), applied_(std::move(applied)), options_(options), thread_([this] { Run(); }) {}

ReportBatcher::~ReportBatcher() { Stop(); }

void ReportBatcher::Submit(std::vector<domain::TaskReport> reports, Answer answer) {
  Submission submission{std::move(reports), 0, std::move(answer)};
  for (const domain::TaskReport& report : submission.reports) submission.bytes += report.Bytes();
  absl::Status refusal;
  {
    MutexLock lock(mutex_);
    if (stopping_) {
      refusal = absl::UnavailableError("the service is shutting down; report to another");
    } else if (waiting_bytes_ + submission.bytes > options_.max_waiting_bytes) {
      refusal = absl::ResourceExhaustedError("too many reports wait for the database; report again later");
    } else {
      waiting_bytes_ += submission.bytes;
      waiting_.push_back(std::move(submission));
      changed_.Signal();
      return;
    }
  }
  submission.answer(refusal);
}

void ReportBatcher::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.Signal();
  }
  if (thread_.joinable()) thread_.join();
}

void ReportBatcher::Run() {
  while (true) {
    std::deque<Submission> batch;
    {
      MutexLock lock(mutex_);
      while (waiting_.empty() && !stopping_) changed_.Wait(mutex_);
      if (waiting_.empty()) return;
      std::size_t reports = 0;
      std::size_t bytes = 0;
      while (!waiting_.empty()) {
        Submission& next = waiting_.front();
        reports += next.reports.size();
        bytes += next.bytes;
        if (!batch.empty() && (reports > options_.max_reports || bytes > options_.max_bytes)) break;
        waiting_bytes_ -= next.bytes;
        batch.push_back(std::move(next));
        waiting_.pop_front();
      }
    }
    Write(std::move(batch));
  }
}

void ReportBatcher::Write(std::deque<Submission> batch) {
  std::vector<domain::TaskReport> reports;
  for (Submission& submission : batch) {
    // Kept in the submission too: its size says how many answers are its own.
    reports.insert(reports.end(), submission.reports.begin(), submission.reports.end());
  }
  std::vector<domain::TaskReport> folded;
  const std::vector<std::size_t> stands_for = domain::FoldReports(reports, folded);
  std::vector<Outcome> outcomes(folded.size());
  const absl::Status status = ApplyRange(folded, 0, folded.size(), outcomes);
  std::size_t next = 0;
  for (Submission& submission : batch) {
    const std::size_t count = submission.reports.size();
    if (!status.ok()) {
      submission.answer(status);
    } else {
      std::vector<Outcome> answers;
      answers.reserve(count);
      for (std::size_t i = 0; i < count; ++i) answers.push_back(outcomes[stands_for[next + i]]);
      submission.answer(std::move(answers));
    }
    next += count;
  }
}

absl::Status ReportBatcher::ApplyRange(const std::vector<domain::TaskReport>& folded, std::size_t first,
                                       std::size_t last, std::vector<Outcome>& outcomes) {
  const auto at = [&](std::size_t i) { return folded.begin() + static_cast<std::ptrdiff_t>(i); };
  const std::vector<domain::TaskReport> range(at(first), at(last));
  absl::StatusOr<std::vector<store::ReportAnswer>> answers = ApplyOnce(range);
  if (answers.ok()) {
    for (std::size_t i = first; i < last; ++i) outcomes[i].answer = (*answers)[i - first];
    applied_(range, *answers);
    return absl::OkStatus();
  }
  if (!database::IsDataError(answers.status())) return std::move(answers).status();
  if (last - first == 1) {
    outcomes[first].refused = std::string(ForCallers(answers.status()).message());
    return absl::OkStatus();
  }
  const std::size_t middle = first + (last - first) / 2;
  FLEET_RETURN_IF_ERROR(ApplyRange(folded, first, middle, outcomes));
  return ApplyRange(folded, middle, last, outcomes);
}

absl::StatusOr<std::vector<store::ReportAnswer>> ReportBatcher::ApplyOnce(
    const std::vector<domain::TaskReport>& reports) {
  // Repeating a report is harmless, so a commit in doubt is simply tried again.
  for (int attempt = 1;; ++attempt) {
    absl::StatusOr<std::vector<store::ReportAnswer>> answers = apply_(reports);
    if (answers.ok() || attempt >= kInDoubtAttempts || !database::IsInDoubt(answers.status())) return answers;
  }
}

}  // namespace fleet::dispatch
