// Channels of wake-up hints (database::NotificationSender). A word is the id of the fleet, or of whatever a job is
// about, or the name of a limit; "*" means any. Who hears one looks for himself: a hint proves nothing.
#ifndef FLEET_COMMON_STORE_HINT_CHANNELS_H_
#define FLEET_COMMON_STORE_HINT_CHANNELS_H_

namespace fleet::store {

// The fleet or its children changed: for watchers.
inline constexpr char kChangesChannel[] = "fleet_changes";
// There is work to hand out, or a slot came free: for dispatchers.
inline constexpr char kWorkChannel[] = "fleet_work";
// There is a job: for workers.
inline constexpr char kJobsChannel[] = "fleet_jobs";

}  // namespace fleet::store

#endif  // FLEET_COMMON_STORE_HINT_CHANNELS_H_
