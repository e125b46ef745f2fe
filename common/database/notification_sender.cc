#include "common/database/notification_sender.h"

#include <utility>

#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "common/database/connection_driver.h"

namespace fleet::database {
namespace {

constexpr absl::Duration kCoalesce = absl::Milliseconds(20);
// A payload holds at most 8,000 bytes.
constexpr std::size_t kMostWords = 250;

}  // namespace

NotificationSender::NotificationSender(std::string url, bool enabled)
    : url_(std::move(url)), enabled_(enabled), loop_(absl::Seconds(60), [this] { return SendPending(); }) {}

NotificationSender::~NotificationSender() { Stop(); }

void NotificationSender::Stop() { loop_.Stop(); }

void NotificationSender::Send(const std::string& channel, const std::string& word) {
  if (!enabled_) return;
  {
    MutexLock lock(mutex_);
    pending_[channel].insert(word);
  }
  loop_.Wake();
}

PeriodicLoop::Next NotificationSender::SendPending() {
  std::map<std::string, std::set<std::string>> pending;
  {
    MutexLock lock(mutex_);
    pending.swap(pending_);
  }
  if (pending.empty()) return PeriodicLoop::Next::kWait;
  try {
    if (connection_ == nullptr || !connection_->IsOpen()) {
      absl::StatusOr<std::unique_ptr<Connection>> opened = Connection::Open(url_);
      if (!opened.ok()) return PeriodicLoop::Next::kWait;
      connection_ = *std::move(opened);
      // A hint needs no flush: it is gone after a crash anyway.
      pqxx::nontransaction(connection_->driver().connection).exec("set synchronous_commit = off");
    }
    pqxx::nontransaction work(connection_->driver().connection);
    for (const auto& [channel, words] : pending) {
      const std::string payload = words.size() > kMostWords ? "*" : absl::StrJoin(words, ",");
      work.exec_params("select pg_notify($1, $2)", channel, payload);
    }
  } catch (const std::exception&) {
    connection_.reset();
    return PeriodicLoop::Next::kWait;
  }
  // Whatever comes within the pause goes out together.
  absl::SleepFor(kCoalesce);
  return PeriodicLoop::Next::kAgain;
}

}  // namespace fleet::database
