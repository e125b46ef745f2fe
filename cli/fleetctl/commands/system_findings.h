// What is wrong with the system, and what to do.
#ifndef FLEET_CLI_FLEETCTL_COMMANDS_SYSTEM_FINDINGS_H_
#define FLEET_CLI_FLEETCTL_COMMANDS_SYSTEM_FINDINGS_H_

#include <string>
#include <vector>

#include "absl/time/time.h"
#include "cli/fleetctl/commands/system_inquiry.h"
#include "fleet/v1/admin_service.pb.h"

namespace fleet::cli {

// A service or worker that has not said for longer that it is there is not: they say it every two seconds.
inline constexpr absl::Duration kPresenceLasts = absl::Seconds(15);

struct Finding {
  enum class Kind {
    kWrong,   // something does not work, or will not
    kNotice,  // worth to know; all works
  };
  Kind kind = Kind::kWrong;
  std::string what;    // a sentence
  std::string remedy;  // what to do, sentences

  friend bool operator==(const Finding&, const Finding&) = default;
};

// Whether it is there now.
bool IsPresent(const v1::ProcessPresence& process);

// What is wrong comes first. `version`: that of this program. Texts of others are in it as they are.
std::vector<Finding> Examine(const std::vector<ServerAnswer>& answers, const std::string& version);

// Whether something of it is wrong.
bool AnythingWrong(const std::vector<Finding>& findings);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_COMMANDS_SYSTEM_FINDINGS_H_
