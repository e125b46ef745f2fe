#include "common/lifecycle/process_identity.h"

#include <unistd.h>

#include <array>

namespace fleet {

std::string ProgramVersion() { return FLEET_VERSION; }

std::string MachineName() {
  std::array<char, 256> name{};
  // The last byte stays zero: a name that is cut need not end in one.
  if (gethostname(name.data(), name.size() - 1) != 0) return {};
  return name.data();
}

}  // namespace fleet
