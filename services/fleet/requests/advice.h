// What fleetctl command helps: store and domain say what is wrong and why, and know of no program.
#ifndef FLEET_SERVICES_FLEET_REQUESTS_ADVICE_H_
#define FLEET_SERVICES_FLEET_REQUESTS_ADVICE_H_

#include <string>

#include "absl/status/status.h"
#include "common/domain/fleet.h"
#include "common/domain/waiting.h"

namespace fleet::service {

// The status, with the command that helps named behind its message. By its reason; most have none.
absl::Status WithAdvice(const absl::Status& status);
// The same for why a fleet goes no faster.
std::string WithAdvice(const domain::Waiting& waiting, const domain::Fleet& fleet);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUESTS_ADVICE_H_
