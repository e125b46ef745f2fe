// Who calls.
#ifndef FLEET_COMMON_DOMAIN_CALLER_H_
#define FLEET_COMMON_DOMAIN_CALLER_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleet::domain {

// Reaches every store call that reads or writes a fleet or an entry of the catalog, so that what somebody may do is
// decided where it is done.
struct Caller {
  std::string user;       // authenticated; what they create and do is theirs, and is audited under this name
  std::string address{};  // IP address that the call came from; empty: unknown. For people: nothing is decided by it
  // Of the call, as a traceparent, for what follows from it to be traced below; empty: it is not traced.
  std::string traceparent{};
};

// Whether a caller may be called so: 1 to 128 printable ASCII characters without space.
bool IsUserName(absl::string_view text);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_CALLER_H_
