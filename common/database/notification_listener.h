// Wake-up hints on their way in: LISTEN on a connection of its own, made again when it is lost.
#ifndef FLEET_COMMON_DATABASE_NOTIFICATION_LISTENER_H_
#define FLEET_COMMON_DATABASE_NOTIFICATION_LISTENER_H_

#include <atomic>
#include <functional>
#include <string>
#include <thread>
#include <vector>

namespace fleet::database {

class NotificationListener {
 public:
  // Called on the listener's thread with the words of a hint; {"*"} if any may be meant, also after a reconnection.
  using Heard = std::function<void(const std::string& channel, const std::vector<std::string>& words)>;

  // With `enabled` false it hears nothing.
  NotificationListener(std::string url, std::vector<std::string> channels, bool enabled, Heard heard);
  ~NotificationListener();
  NotificationListener(const NotificationListener&) = delete;
  NotificationListener& operator=(const NotificationListener&) = delete;

  // Returns within about a second. Idempotent.
  void Stop();

 private:
  void Run();
  void ListenUntilLost();

  const std::string url_;
  const std::vector<std::string> channels_;
  const Heard heard_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;
};

}  // namespace fleet::database

#endif  // FLEET_COMMON_DATABASE_NOTIFICATION_LISTENER_H_
