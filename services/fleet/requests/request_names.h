// What nobody sees, in whatever of a request names something.
#ifndef FLEET_SERVICES_FLEET_REQUESTS_REQUEST_NAMES_H_
#define FLEET_SERVICES_FLEET_REQUESTS_REQUEST_NAMES_H_

#include "absl/status/status.h"
#include "google/protobuf/message.h"

namespace fleet::service {

// Every text of a request, at any depth, is taken for a name (domain::TextKind::kName): a field that is new cannot be
// forgotten. The exceptions are listed in the source; those their own validation judges. Returns INVALID_ARGUMENT with
// BadRequest details naming every field, up to 20, with code point and place.
absl::Status CheckNames(const google::protobuf::Message& request);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUESTS_REQUEST_NAMES_H_
