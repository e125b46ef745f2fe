// Which options the fields of a request come from: services name fields, people know options.
#ifndef FLEET_CLI_FLEETCTL_PARSING_OPTION_FIELDS_H_
#define FLEET_CLI_FLEETCTL_PARSING_OPTION_FIELDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace fleet::cli {

struct OptionField {
  enum class Holds {
    kValue,     // what was typed
    kList,      // of a file that was named: its entries name themselves
    kDocument,  // of a file that was named: where in it is worth saying
  };

  std::string field;   // "policy.max_tries"; without positions in lists
  std::string option;  // "--max-tries"
  Holds holds = Holds::kValue;
};

// An error as people are told it.
struct UserError {
  absl::Status status;       // its violations name options where they can
  bool wrong_usage = false;  // what was typed is refused: another server would refuse it too
};

// `status` in terms of options. Of several entries for one field in `fields` the first holds.
UserError InTermsOfOptions(const absl::Status& status, const std::vector<OptionField>& fields);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_PARSING_OPTION_FIELDS_H_
