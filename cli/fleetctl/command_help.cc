#include "cli/fleetctl/command_help.h"

#include <map>

namespace fleet::cli {

const char kSummary[] = "Submit one intent to many repositories, watch it, and see what came of each.";

const char kFooter[] = R"(
Exit codes: 0 done, 1 error, 2 wrong usage, 5 the watched fleet did not complete everywhere, 130 interrupted.

Example:
  fleetctl repo import repositories.csv
  fleetctl workflow apply add-license.yaml
  fleetctl submit --repos-file repos.txt --workflow examples/add-license-v1 --task "Add a licence" --watch
)";

CommandHelp HelpFor(absl::string_view command) {
  static const auto& kHelp = *new std::map<std::string, CommandHelp>{
      {"submit", {"Submit a fleet: one workflow, one task, many repositories", R"(
The repositories file has one owner/name a line; "#" begins a comment. Without --request-id one is made up and kept
through retries; when no server confirms the fleet, it is printed with the command to repeat: that never makes a
second fleet. With --watch the exit code is 5 unless every repository completed.
A deadline is a time such as 2026-05-04T11:32:07Z or a duration from now such as 2h30m.

Examples:
  fleetctl submit --repos-file repos.txt --workflow examples/add-license-v1 --task "Add a licence" --watch
  fleetctl submit --repos-file - --workflow examples/bump-v2@2.1.0 --param library=zlib --param to=1.3 < repos.txt
  fleetctl submit --repos-file repos.txt --workflow examples/add-license-v1 --priority 10 --deadline 2h30m
)"}},
      {"status", {"Show a fleet as it stands", R"(
Example:
  fleetctl status 01JZ0000000000000000000000
)"}},
      {"watch", {"Watch a fleet to its end", R"(
Goes on through the loss of a server, with the next address of --server. Ctrl-C stops watching, not the fleet.
With -o json every change is one JSON object on a line of its own. Exit code 0 if every repository completed, else 5.

Examples:
  fleetctl watch 01JZ0000000000000000000000
  fleetctl watch 01JZ0000000000000000000000 -o json | jq .fleet.rollup.states
)"}},
      {"list", {"List fleets, newest first", R"(
Examples:
  fleetctl list --creator alice --state running --state paused
  fleetctl list --limit 0 -o json
)"}},
      {"tasks", {"List a fleet's repositories and what came of each", R"(
Examples:
  fleetctl tasks 01JZ0000000000000000000000
  fleetctl tasks 01JZ0000000000000000000000 --state failed --state timed-out
)"}},
      {"logs", {"Show the end of the log of one repository's last attempt, and why it failed", R"(
Example:
  fleetctl logs 01JZ0000000000000000000000 acme/shop
)"}},
      {"cancel", {"Cancel a fleet: nothing more is started", R"(
What is running is stopped, or with --drain left to end by itself. Cancelling again is fine.

Examples:
  fleetctl cancel 01JZ0000000000000000000000
  fleetctl cancel 01JZ0000000000000000000000 --drain
)"}},
      {"repo", {"Register repositories", R"(
Examples:
  fleetctl repo import repositories.csv
  fleetctl repo list
)"}},
      {"repo import", {"Register repositories, or change registered ones, from a CSV file; all or nothing", R"(
Columns: repo,clone_url,default_branch. A header is optional and may change their order; the default branch may be
left out. Fields are quoted as RFC 4180 says.

Examples:
  fleetctl repo import repositories.csv
  echo 'acme/shop,https://git.example.com/acme/shop.git,main' | fleetctl repo import -
)"}},
      {"repo list", {"List registered repositories", R"(
Example:
  fleetctl repo list -o json
)"}},
      {"workflow", {"Store workflows", R"(
Examples:
  fleetctl workflow apply add-license.yaml
  fleetctl workflow list
)"}},
      {"workflow apply", {"Store a version of a workflow from a YAML file; versions never change", R"(
Keys: workflow, version, title, steps (name, command or script, interpreter, environment, timeout), commit
(author_name, author_email, message), report_only. Unknown keys are refused.

Example:
  fleetctl workflow apply add-license.yaml
)"}},
      {"workflow list", {"List workflows with all their versions", R"(
Example:
  fleetctl workflow list
)"}},
      {"workflow get", {"Show a workflow, by default its highest version", R"(
Example:
  fleetctl workflow get examples/add-license-v1@1.0.0
)"}},
      {"version", {"Print the version", R"(
Example:
  fleetctl version
)"}},
  };
  const auto help = kHelp.find(std::string(command));
  return help == kHelp.end() ? CommandHelp{} : help->second;
}

std::string VersionText() { return "fleetctl " FLEET_VERSION; }

}  // namespace fleet::cli
