// Since when fleets of which children could start have started none.
#ifndef FLEET_SERVICES_FLEET_STALLED_FLEETS_H_
#define FLEET_SERVICES_FLEET_STALLED_FLEETS_H_

#include <map>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "common/domain/system_summary.h"

namespace fleet::service {

// A fleet that is looked at between the end of a child and the start of the next could start some, however well it
// goes: only one that stands still from one look to the next is stalled. Call from one thread.
class StalledFleets {
 public:
  // One look, at `now`. By pool, since when the fleet that stands still longest has been seen to.
  std::map<std::string, absl::Time> Look(const std::vector<domain::StartableFleet>& startable, absl::Time now);

 private:
  struct Seen {
    absl::Time since;
    domain::StartableFleet fleet;
  };
  std::map<domain::Ulid, Seen> seen_;
};

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_STALLED_FLEETS_H_
