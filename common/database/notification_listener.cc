#include "common/database/notification_listener.h"

#include <memory>
#include <utility>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/database/connection_driver.h"
#include "common/logging/structured_log.h"

namespace fleet::database {
namespace {

class Receiver : public pqxx::notification_receiver {
 public:
  Receiver(pqxx::connection& connection, const std::string& channel, const NotificationListener::Heard& heard)
      : pqxx::notification_receiver(connection, channel), heard_(heard) {}
  void operator()(const std::string& payload, int /*backend*/) override {
    heard_(channel(), absl::StrSplit(payload, ','));
  }

 private:
  const NotificationListener::Heard& heard_;
};

}  // namespace

NotificationListener::NotificationListener(std::string url, std::vector<std::string> channels, bool enabled,
                                           Heard heard)
    : url_(std::move(url)), channels_(std::move(channels)), heard_(std::move(heard)) {
  if (enabled) thread_ = std::thread([this] { Run(); });
}

NotificationListener::~NotificationListener() { Stop(); }

void NotificationListener::Stop() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void NotificationListener::Run() {
  while (!stopping_) {
    try {
      ListenUntilLost();
    } catch (const std::exception& error) {
      if (!stopping_) LogWarning("hint_listener_lost", {{"error", error.what()}});
    }
    for (int i = 0; i < 10 && !stopping_; ++i) absl::SleepFor(absl::Milliseconds(100));
  }
}

void NotificationListener::ListenUntilLost() {
  absl::StatusOr<std::unique_ptr<Connection>> connection = Connection::Open(url_);
  if (!connection.ok()) return;
  pqxx::connection& driver = (*connection)->driver().connection;
  std::vector<std::unique_ptr<Receiver>> receivers;
  receivers.reserve(channels_.size());
  for (const std::string& channel : channels_) {
    receivers.push_back(std::make_unique<Receiver>(driver, channel, heard_));
  }
  // Hints sent while nobody listened are gone: any fleet may have changed.
  for (const std::string& channel : channels_) heard_(channel, {"*"});
  while (!stopping_) {
    driver.await_notification(0, 500'000);
    if (!driver.is_open()) return;
  }
}

}  // namespace fleet::database
