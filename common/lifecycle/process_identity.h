// What a program can say of itself: which version it is, and where it runs.
#ifndef FLEET_COMMON_LIFECYCLE_PROCESS_IDENTITY_H_
#define FLEET_COMMON_LIFECYCLE_PROCESS_IDENTITY_H_

#include <string>

namespace fleet {

// Of all programs of this build: "0.1.0".
std::string ProgramVersion();

// The machine's name; empty if it has none.
std::string MachineName();

}  // namespace fleet

#endif  // FLEET_COMMON_LIFECYCLE_PROCESS_IDENTITY_H_
