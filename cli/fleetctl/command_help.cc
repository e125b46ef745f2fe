#include "cli/fleetctl/command_help.h"

#include <map>

namespace fleet::cli {

const char kSummary[] = "Submit one intent to many repositories, watch it, and see what came of each.";

const char kFooter[] = R"(
fleetctl help COMMAND explains a command, with an example.

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
The state and who set it, counts, deadline, what it waits for, and the five most frequent causes of failure.

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
      {"attempts", {"List every attempt on one repository, newest first, with where it ran and why it failed", R"(
Attempts of earlier generations stay in the list. An attempt that is QUEUED was given back without a result.

Examples:
  fleetctl attempts 01JZ0000000000000000000000 acme/shop
  fleetctl attempts 01JZ0000000000000000000000 acme/shop --logs
)"}},
      {"failures", {"Show what went wrong, the most frequent cause first, and how to try again", R"(
Repositories that failed alike are one group: how many, why, what to do about it, some of them, and the command that
tries just these again.

Examples:
  fleetctl failures 01JZ0000000000000000000000
  fleetctl failures 01JZ0000000000000000000000 -o json | jq -r '.groups[].fingerprint'
)"}},
      {"retry", {"Try ended repositories again, as a new generation of the fleet", R"(
Without a selection all that failed, timed out or were cancelled; with several kinds of selection those that match
each kind. Task, parameters and workflow stay as they were unless they are given; --param, given at all, replaces all
parameters. Without --request-id one is made up and kept through retries; when no server confirms the retry, it is
printed with the command to repeat: that never makes a second generation. With --watch the exit code is 5 unless every
repository completed.

Examples:
  fleetctl retry 01JZ0000000000000000000000 --watch
  fleetctl retry 01JZ0000000000000000000000 --category network --state timed-out
  fleetctl retry 01JZ0000000000000000000000 --fingerprint 0123456789abcdef --workflow examples/add-license-v1@1.0.1
)"}},
      {"pause", {"Pause a fleet: nothing more is started until it is resumed", R"(
What is running goes on. Pausing again is fine.

Example:
  fleetctl pause 01JZ0000000000000000000000
)"}},
      {"resume", {"Resume a paused fleet", R"(
Lifts a user's pause; resuming a fleet that is not paused is fine.

Example:
  fleetctl resume 01JZ0000000000000000000000
)"}},
      {"update", {"Change a fleet's rules while it runs", R"(
At least one option. A deadline is a time such as 2026-05-04T11:32:07Z, a duration from now such as 2h30m, or none.
Fewer at once than are running: these go on to their end, and nothing starts until there is room.

Examples:
  fleetctl update 01JZ0000000000000000000000 --max-concurrency 5
  fleetctl update 01JZ0000000000000000000000 --priority 10 --deadline 2h30m
  fleetctl update 01JZ0000000000000000000000 --deadline none
)"}},
      {"cancel", {"Cancel a fleet, or one repository of it: nothing more is started", R"(
What is running is stopped, or with --drain left to end by itself. Cancelling again is fine.

Examples:
  fleetctl cancel 01JZ0000000000000000000000
  fleetctl cancel 01JZ0000000000000000000000 --drain
  fleetctl cancel 01JZ0000000000000000000000 acme/shop
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
      {"limits", {"Show and set the limits of the whole system", R"(
Examples:
  fleetctl limits list
  fleetctl limits set user_active 200 --user alice
)"}},
      {"limits list", {"List every limit, and every exception made for one user or pool", R"(
Example:
  fleetctl limits list
)"}},
      {"limits set", {"Set a limit, or an exception from it for one user or pool; in force at once", R"(
What is in flight above a lowered limit goes on to its end. Here --user names whom the exception is for; who asks, if
not the login name, stands before the command.

Examples:
  fleetctl limits set system_active 500
  fleetctl limits set user_active 200 --user alice
  fleetctl --user root limits set pool_active 20 --pool gpu
)"}},
      {"limits reset", {"Set a limit back to what Fleet is delivered with, or take an exception from it back", R"(
Here --user names whom the exception is for; who asks, if not the login name, stands before the command.

Examples:
  fleetctl limits reset system_active
  fleetctl limits reset user_active --user alice
)"}},
      {"audit", {"List what operators did, newest first", R"(
Examples:
  fleetctl audit
  fleetctl audit 01JZ0000000000000000000000 --limit 0 -o json
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
