// Says who is told of what. Whoever changes fleets names the event here, and everybody concerned hears of it: in this
// process at once, in the others by hints, which may be lost, and then by polling.
#ifndef FLEET_COMMON_DISPATCH_CHANGE_ANNOUNCER_H_
#define FLEET_COMMON_DISPATCH_CHANGE_ANNOUNCER_H_

#include <functional>
#include <string>
#include <vector>

#include "common/domain/task.h"
#include "common/domain/ulid.h"
#include "common/store/dispatch_store.h"
#include "common/store/report_store.h"

namespace fleet::dispatch {

// Thread-safe, as what it tells is. Announce a change once it is committed.
class ChangeAnnouncer {
 public:
  using Reports = std::vector<domain::TaskReport>;
  using Answers = std::vector<store::ReportAnswer>;

  // Whom it tells; what is null is not there. None may block.
  struct Listeners {
    // database::NotificationSender::Send.
    std::function<void(const std::string& channel, const std::string& word)> send_hint{};
    // Of this process: WatchHub and Dispatcher.
    std::function<void(const std::vector<domain::Ulid>& fleet_ids)> wake_watchers{};
    std::function<void()> wake_all_watchers{};
    std::function<void()> wake_dispatcher{};
    // Metrics: of batches that granted or applied something.
    std::function<void(std::size_t tasks)> count_granted{};
    std::function<void(const Reports&, const Answers&)> count_applied{};
  };
  explicit ChangeAnnouncer(Listeners listeners);

  // A fleet waits for its expansion.
  void FleetSubmitted(const domain::Ulid& fleet_id) const;
  // An operator paused, cancelled, updated, retried…: there may be a job, work or neither, and there is news.
  void FleetControlled(const domain::Ulid& fleet_id) const;
  // A batch of dispatches.
  void TasksGranted(const std::vector<store::LeaseAnswer>& answers) const;
  // A batch of reports with their answers, in the same order. What was recorded before is no news.
  void ReportsApplied(const Reports& reports, const Answers& answers) const;
  // More may be allowed to start now.
  void LimitChanged(const std::string& name) const;
  // A hint of another process (or our own): only this process is told.
  void HintHeard(const std::string& channel, const std::vector<std::string>& words) const;

 private:
  const Listeners listeners_;
};

}  // namespace fleet::dispatch

#endif  // FLEET_COMMON_DISPATCH_CHANGE_ANNOUNCER_H_
