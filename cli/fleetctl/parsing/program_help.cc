#include "cli/fleetctl/parsing/program_help.h"

namespace fleet::cli {

const char kSummary[] = "Submit one intent to many repositories, watch it, and see what came of each.";

const char kFooter[] = R"(
fleetctl help COMMAND explains a command, with an example.

Tables fit the terminal: empty columns, then details are left out, then texts are cut; ids and repositories never are:
where these do not fit, every field has a line of its own. Piped, tables are whole, with one tab between cells.

Exit codes: 0 done, 1 error (doctor: something is wrong), 2 wrong usage, 5 the watched fleet did not complete
everywhere, 130 interrupted.

Example:
  fleetctl repo import repositories.csv
  fleetctl workflow apply add-license.yaml
  fleetctl submit --repos-file repos.txt --workflow examples/add-license-v1 --task "Add a licence" --watch
)";

std::string VersionText() { return "fleetctl " FLEET_VERSION; }

}  // namespace fleet::cli
