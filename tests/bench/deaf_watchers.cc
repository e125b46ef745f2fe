#include "tests/bench/deaf_watchers.h"

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace fleet::bench {
namespace {

constexpr std::size_t kDeafPerConnection = 100;
constexpr absl::Duration kLongestSilenceOfService = absl::Seconds(60);

}  // namespace

class DeafWatchers::Watcher final : public grpc::ClientReadReactor<v1::WatchFleetResponse> {
 public:
  Watcher(DeafWatchers& all, BenchSession& session, v1::FleetService::Stub& stub, const std::string& fleet_id)
      : all_(all) {
    session.Prepare(context_, absl::InfiniteDuration());
    request_.set_fleet_id(fleet_id);
    request_.set_include_tasks(true);
    stub.async()->WatchFleet(&context_, &request_, this);
    StartCall();
  }

  void Cancel() { context_.TryCancel(); }

  // Comes with the first message, which stays unread.
  void OnReadInitialMetadataDone(bool ok) override { all_.Answer(ok); }
  void OnDone(const grpc::Status&) override { all_.Leave(); }

 private:
  DeafWatchers& all_;
  grpc::ClientContext context_;
  v1::WatchFleetRequest request_;
};

DeafWatchers::DeafWatchers(BenchSession& session, const std::string& fleet_id, int32_t count)
    : silent_(static_cast<std::size_t>(count)), open_(static_cast<std::size_t>(count)) {
  for (std::size_t i = 0; i < static_cast<std::size_t>(count); ++i) {
    if (i % kDeafPerConnection == 0) stubs_.push_back(v1::FleetService::NewStub(session.NewChannel()));
    watchers_.push_back(std::make_unique<Watcher>(*this, session, *stubs_.back(), fleet_id));
  }
}

DeafWatchers::~DeafWatchers() {
  for (const auto& watcher : watchers_) watcher->Cancel();
  MutexLock lock(mutex_);
  while (open_ > 0) changed_.Wait(mutex_);
}

void DeafWatchers::Answer(bool ok) {
  MutexLock lock(mutex_);
  --silent_;
  if (!ok) ++refused_;
  changed_.SignalAll();
}

void DeafWatchers::Leave() {
  MutexLock lock(mutex_);
  --open_;
  changed_.SignalAll();
}

absl::Status DeafWatchers::WaitAnswered() {
  const absl::Time deadline = absl::Now() + kLongestSilenceOfService;
  MutexLock lock(mutex_);
  while (silent_ > 0) {
    if (absl::Now() >= deadline) return absl::DeadlineExceededError(absl::StrCat(silent_, " were not answered"));
    changed_.WaitFor(mutex_, deadline - absl::Now());
  }
  if (refused_ > 0) return absl::AbortedError(absl::StrCat(refused_, " watchers were refused"));
  return absl::OkStatus();
}

}  // namespace fleet::bench
