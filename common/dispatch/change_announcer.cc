#include "common/dispatch/change_announcer.h"

#include <set>
#include <utility>

#include "common/domain/task_transitions.h"
#include "common/store/hint_channels.h"

namespace fleet::dispatch {
namespace {

// A listener that does nothing for one that is not there.
template <typename... Arguments>
void Fill(std::function<void(Arguments...)>& listener) {
  if (listener == nullptr) listener = [](Arguments...) {};
}

ChangeAnnouncer::Listeners Filled(ChangeAnnouncer::Listeners listeners) {
  Fill(listeners.send_hint);
  Fill(listeners.wake_watchers);
  Fill(listeners.wake_all_watchers);
  Fill(listeners.wake_dispatcher);
  Fill(listeners.count_granted);
  Fill(listeners.count_applied);
  return listeners;
}

std::vector<domain::Ulid> ToFleetIds(const std::vector<std::string>& words) {
  std::vector<domain::Ulid> ids;
  for (const std::string& word : words) {
    if (const auto id = domain::Ulid::Parse(word)) ids.push_back(*id);
  }
  return ids;
}

}  // namespace

ChangeAnnouncer::ChangeAnnouncer(Listeners listeners) : listeners_(Filled(std::move(listeners))) {}

void ChangeAnnouncer::FleetSubmitted(const domain::Ulid& fleet_id) const {
  listeners_.send_hint(store::kJobsChannel, fleet_id.ToString());
}

void ChangeAnnouncer::FleetControlled(const domain::Ulid& fleet_id) const {
  for (const char* channel : {store::kJobsChannel, store::kWorkChannel, store::kChangesChannel}) {
    listeners_.send_hint(channel, fleet_id.ToString());
  }
  listeners_.wake_watchers({fleet_id});
  listeners_.wake_dispatcher();
}

void ChangeAnnouncer::TasksGranted(const std::vector<store::LeaseAnswer>& answers) const {
  std::set<domain::Ulid> changed;
  std::size_t granted = 0;
  for (const store::LeaseAnswer& answer : answers) {
    granted += answer.tasks.size();
    for (const store::GrantedTask& task : answer.tasks) changed.insert(task.id.fleet_id);
  }
  if (granted == 0) return;
  listeners_.count_granted(granted);
  listeners_.wake_watchers({changed.begin(), changed.end()});
  for (const domain::Ulid& id : changed) listeners_.send_hint(store::kChangesChannel, id.ToString());
}

void ChangeAnnouncer::ReportsApplied(const Reports& reports, const Answers& answers) const {
  std::set<domain::Ulid> changed;
  std::set<domain::Ulid> freed;  // a slot
  for (std::size_t i = 0; i < reports.size(); ++i) {
    if (answers[i].verdict != domain::ReportVerdict::kApply) continue;
    changed.insert(reports[i].task.fleet_id);
    if (domain::IsTerminal(reports[i].state)) freed.insert(reports[i].task.fleet_id);
  }
  if (changed.empty()) return;
  listeners_.count_applied(reports, answers);
  for (const domain::Ulid& id : changed) listeners_.send_hint(store::kChangesChannel, id.ToString());
  for (const domain::Ulid& id : freed) listeners_.send_hint(store::kWorkChannel, id.ToString());
  listeners_.wake_watchers({changed.begin(), changed.end()});
  if (!freed.empty()) listeners_.wake_dispatcher();
}

void ChangeAnnouncer::LimitChanged(const std::string& name) const {
  listeners_.send_hint(store::kWorkChannel, name);
  listeners_.wake_dispatcher();
}

void ChangeAnnouncer::HintHeard(const std::string& channel, const std::vector<std::string>& words) const {
  if (channel == store::kWorkChannel) listeners_.wake_dispatcher();
  if (channel != store::kChangesChannel) return;
  if (words == std::vector<std::string>{"*"}) {
    listeners_.wake_all_watchers();
  } else {
    listeners_.wake_watchers(ToFleetIds(words));
  }
}

}  // namespace fleet::dispatch
