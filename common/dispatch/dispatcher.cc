#include "common/dispatch/dispatcher.h"

#include <algorithm>
#include <utility>

namespace fleet::dispatch {

Dispatcher::Dispatcher(Dispatch dispatch, const Clock& clock, const Options& options)
    : dispatch_(std::move(dispatch)), clock_(clock), options_(options), thread_([this] { Run(); }) {}

Dispatcher::~Dispatcher() { Stop(); }

void Dispatcher::Park(const store::LeaseDemand& demand, absl::Duration wait, Answer answer,
                      std::shared_ptr<const std::atomic<bool>> abandoned) {
  {
    MutexLock lock(mutex_);
    if (!stopping_) {
      parked_.push_back({demand, clock_.Elapsed() + wait, std::move(answer), std::move(abandoned)});
      ++untried_;
      changed_.Signal();
      return;
    }
  }
  answer(absl::UnavailableError("the service is shutting down; ask another"));
}

void Dispatcher::Wake() {
  MutexLock lock(mutex_);
  woken_ = true;
  changed_.Signal();
}

void Dispatcher::Stop() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.Signal();
  }
  if (thread_.joinable()) thread_.join();
  std::list<Parked> left;
  {
    MutexLock lock(mutex_);
    left.swap(parked_);
  }
  for (Parked& parked : left) parked.answer(absl::UnavailableError("the service is shutting down; ask another"));
}

std::size_t Dispatcher::parked() const {
  MutexLock lock(mutex_);
  return parked_.size();
}

void Dispatcher::Run() {
  absl::Duration next_poll = clock_.Elapsed() + options_.poll_interval;
  while (true) {
    Batch batch;
    Batch expired;
    {
      MutexLock lock(mutex_);
      while (!stopping_ && !woken_ && untried_ == 0 && to_try_ == 0 && expired.empty()) {
        if (parked_.empty()) {
          changed_.Wait(mutex_);
          next_poll = clock_.Elapsed() + options_.poll_interval;
          continue;
        }
        const absl::Duration now = clock_.Elapsed();
        if (next_poll <= now) {
          woken_ = true;
        } else if (UntilNextDeadline() <= now) {
          expired = TakeExpired(now);
        } else {
          changed_.WaitFor(mutex_, std::min(next_poll, UntilNextDeadline()) - now);
        }
      }
      if (stopping_) {
        parked_.splice(parked_.end(), expired);
        return;
      }
      if (woken_) {
        next_poll = clock_.Elapsed() + options_.poll_interval;
        expired = TakeExpired(clock_.Elapsed());
      }
      batch = TakeBatch(expired);
    }
    for (Parked& parked : expired) parked.answer(store::LeaseAnswer());
    if (!batch.empty()) Serve(std::move(batch));
  }
}

Dispatcher::Batch Dispatcher::TakeExpired(absl::Duration now) {
  Batch expired;
  for (auto parked = parked_.begin(); parked != parked_.end();) {
    const auto next = std::next(parked);
    if (parked->tried && (parked->deadline <= now || parked->IsAbandoned())) {
      expired.splice(expired.end(), parked_, parked);
    }
    parked = next;
  }
  return expired;
}

absl::Duration Dispatcher::UntilNextDeadline() {
  absl::Duration next = absl::InfiniteDuration();
  for (const Parked& parked : parked_) {
    if (parked.tried) next = std::min(next, parked.deadline);
  }
  return next;
}

Dispatcher::Batch Dispatcher::TakeBatch(Batch& expired) {
  if (woken_) {
    woken_ = false;
    to_try_ = parked_.size();
  }
  const bool all = to_try_ > 0;
  Batch batch;
  int32_t tasks = 0;
  for (auto parked = parked_.begin(); parked != parked_.end();) {
    if (batch.size() >= options_.max_demands || tasks >= options_.max_tasks || (all && to_try_ == 0)) break;
    const auto next = std::next(parked);
    if (all) --to_try_;
    if (all || !parked->tried) {
      if (!parked->tried) --untried_;
      parked->demand.is_repeated = parked->tried;
      parked->tried = true;
      if (parked->IsAbandoned()) {
        expired.splice(expired.end(), parked_, parked);
      } else {
        tasks += parked->demand.max_tasks;
        batch.splice(batch.end(), parked_, parked);
      }
    }
    parked = next;
  }
  return batch;
}

void Dispatcher::Serve(Batch batch) {
  std::vector<store::LeaseDemand> demands;
  demands.reserve(batch.size());
  for (const Parked& parked : batch) demands.push_back(parked.demand);
  absl::StatusOr<std::vector<store::LeaseAnswer>> answers = dispatch_(demands);
  const absl::Duration now = clock_.Elapsed();
  std::size_t i = 0;
  for (auto parked = batch.begin(); parked != batch.end(); ++i) {
    const auto next = std::next(parked);
    if (!answers.ok()) {
      parked->answer(answers.status());
    } else if ((*answers)[i].kind != store::LeaseAnswer::Kind::kNothing || now >= parked->deadline) {
      parked->answer(std::move((*answers)[i]));
    } else {
      parked = next;
      continue;
    }
    batch.erase(parked);
    parked = next;
  }
  // Those that got nothing park again, behind the others: so every one has its turn at what comes.
  MutexLock lock(mutex_);
  parked_.splice(parked_.end(), batch);
}

}  // namespace fleet::dispatch
