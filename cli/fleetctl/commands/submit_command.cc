#include "cli/fleetctl/commands/submit_command.h"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "cli/fleetctl/commands/command_context.h"
#include "cli/fleetctl/commands/input_reader.h"
#include "cli/fleetctl/commands/repetition.h"
#include "cli/fleetctl/commands/submission.h"
#include "cli/fleetctl/commands/watch_command.h"
#include "cli/fleetctl/input/repos_file.h"
#include "cli/fleetctl/output/json_format.h"
#include "cli/fleetctl/output/value_format.h"
#include "cli/fleetctl/parsing/option_adder.h"
#include "cli/fleetctl/parsing/option_values.h"
#include "common/rpc/proto_time.h"
#include "common/status/error_info.h"
#include "common/status/status_macros.h"
#include "common/tracing/trace_context.h"
#include "fleet/v1/fleet_service.pb.h"

namespace fleet::cli {
namespace {

absl::StatusOr<v1::CreateFleetRequest> MakeRequest(const SubmitCommand::Options& options,
                                                   std::optional<absl::Time> deadline, CommandContext& context) {
  FLEET_ASSIGN_OR_RETURN(const InputFile file, ReadInput(options.repos_file, context, kReposFileBytes));
  FLEET_ASSIGN_OR_RETURN(const std::vector<std::string> repos, ParseReposFile(file));
  v1::CreateFleetRequest request;
  request.set_workflow_ref(options.workflow_ref);
  request.set_task_description(options.task_description);
  request.mutable_parameters()->insert(options.parameters.begin(), options.parameters.end());
  for (const std::string& repo : repos) request.add_targets()->set_repo(repo);
  request.set_replace_branch(options.replace_branch);
  request.set_pool(options.pool);
  request.set_branch(options.branch);
  v1::FleetPolicy& policy = *request.mutable_policy();
  if (options.max_concurrency.has_value()) policy.set_max_concurrency(*options.max_concurrency);
  if (options.priority.has_value()) policy.set_priority(*options.priority);
  if (deadline.has_value()) *policy.mutable_deadline() = rpc::ToProtoTime(*deadline);
  if (options.max_tries.has_value()) policy.set_max_tries(*options.max_tries);
  if (options.task_timeout.has_value()) *policy.mutable_task_timeout() = rpc::ToProtoDuration(*options.task_timeout);
  return request;
}

// What the environment says is somebody else's: nonsense there keeps nobody from working.
absl::StatusOr<std::string> Traceparent(const SubmitCommand::Options& options, const CommandContext& context) {
  if (options.traceparent.empty()) return context.environment.traceparent;
  if (!tracing::ParseTraceparent(options.traceparent).IsNone()) return options.traceparent;
  return absl::InvalidArgumentError(
      absl::StrCat("--traceparent: \"", options.traceparent, "\" is no traceparent, as 00-<32 hex>-<16 hex>-01"));
}

void PrintAccepted(const v1::CreateFleetResponse& response, const SubmitCommand::Options& options,
                   CommandContext& context) {
  const v1::Fleet& fleet = response.fleet();
  std::ostream& out = context.environment.out;
  out << "Fleet " << fleet.fleet_id() << (response.replayed() ? " had been accepted before" : " accepted") << ": "
      << Plural(fleet.rollup().total(), "repository", "repositories") << ", " << fleet.resolved_workflow() << std::endl;
  if (!options.watch) {
    context.environment.err << "Watch it with: " << context.Suggest({"watch", fleet.fleet_id()}) << "\n";
  }
}

// A deadline of so long from now is another time with every call, and so another payload under the same id.
absl::Status ExplainReuse(const absl::Status& status, const SubmitCommand::Options& options) {
  ErrorInfo info = GetErrorInfo(status);
  const bool moves = options.deadline.has_value() && std::holds_alternative<absl::Duration>(*options.deadline);
  if (!moves || info.reason != "REQUEST_ID_REUSED") return status;
  return MakeError(
      status.code(),
      absl::StrCat(status.message(),
                   "; a --deadline of so long from now is another time with every call: repeat it with the "
                   "time that was meant first"),
      std::move(info));
}

}  // namespace

CommandHelp SubmitCommand::Help() const {
  return {"Submit a fleet: one workflow, one task, many repositories", R"(
The repositories file has one owner/name a line; "#" begins a comment. The CSV file of `repo import` is taken too, if
it has its header. Without --request-id one is made up and kept through retries; when no server confirms the fleet, it
is printed with the command to repeat: that never makes a second fleet. More than 100,000 repositories are sent in
parts, told on standard error, and the fleet begins once all are there; the command to repeat goes on where it broke
off. With --watch the exit code is 5 unless every repository completed.
With --branch all repositories get a branch of that name. Without {{fleet}} in it, it may be another fleet's too: where
such a branch holds what is not this fleet's, the repository fails and the branch stays, unless --replace-branch is
given. The branch that work starts from is never pushed to.
A deadline is a time such as 2026-05-04T11:32:07Z or a duration from now such as 2h30m or 1d. A duration means another
time with every call: with a --request-id that is used again, give the time.

Examples:
  fleetctl submit --repos-file repos.txt --workflow examples/add-license-v1 --task "Add a licence" --watch
  fleetctl submit --repos-file - --workflow examples/bump-v2@2.1.0 --param library=zlib --param to=1.3 < repos.txt
  fleetctl submit --repos-file repos.txt --workflow examples/add-license-v1 --priority 10 --deadline 2h30m
  fleetctl submit --repos-file repos.txt --workflow examples/add-license-v1 --branch 'legal/licence-{{fleet}}'
)"};
}

void SubmitCommand::AddOptions(OptionAdder& options) {
  options.Text("--repos-file", options_.repos_file, "Repositories, one owner/name a line, or CSV; - is stdin")
      .Fills("targets", OptionField::Holds::kList)
      .Required();
  options.Text("--workflow", options_.workflow_ref, "Workflow, domain/name-vN[@version]")
      .Fills("workflow_ref")
      .Required();
  options.Text("--task", options_.task_description, "What to do, for the workflow's steps", domain::TextKind::kLines)
      .Fills("task_description");
  options.Parameters(options_.parameters, "A parameter for every repository; may be repeated");
  options.Count("--max-concurrency", options_.max_concurrency, "Most repositories worked on at once")
      .Fills("policy.max_concurrency");
  options.Text("--pool", options_.pool, "Pool whose runners do the work. Default: the workflow's, else default")
      .Fills("pool");
  options.Priority(options_.priority);
  options.DeadlineOption(options_.deadline);
  options.Duration("--task-timeout", options_.task_timeout, "Most time for one attempt on one repository")
      .Fills("policy.task_timeout");
  options.Count("--max-tries", options_.max_tries, "Most failing attempts on one repository").Fills("policy.max_tries");
  options.Text("--branch", options_.branch, "Branch to push, {{fleet}} is the fleet's id. Default: fleet/{{fleet}}")
      .Fills("branch");
  options.ReplaceBranch(options_.replace_branch);
  options.RequestId(
      options_.request_id,
      "Makes a repetition safe: the same id gives the same fleet. Default: made up, and printed when it is needed");
  options.Text("--traceparent", options_.traceparent,
               "W3C trace context that the fleet is traced below. Default: that of the variable TRACEPARENT");
  options.Flag("--watch", options_.watch, "Watch the fleet to its end");
}

absl::StatusOr<int> SubmitCommand::Run(CommandContext& context) const {
  FLEET_ASSIGN_OR_RETURN(std::string traceparent, Traceparent(options_, context));
  context.client.TraceBelow(std::move(traceparent));
  std::optional<absl::Time> deadline;
  if (options_.deadline.has_value()) {
    deadline = ResolveDeadline(*options_.deadline, context.environment.clock.TimeNow());
  }
  FLEET_ASSIGN_OR_RETURN(v1::CreateFleetRequest request, MakeRequest(options_, deadline, context));
  TypedWords typed;
  typed.deadline = deadline;
  const Repetition repetition = MakeRepetition(options_.request_id, typed, context);
  context.interrupted = absl::StrCat(
      "Interrupted; the fleet may have been accepted. This never makes a second one:\n  ", repetition.command, "\n");
  const auto response = Submit(std::move(request), repetition, context);
  context.client.TraceBelow("");  // watching goes on for long, and is no part of it
  if (!response.ok()) return ExplainReuse(response.status(), options_);
  if (!context.json()) {
    PrintAccepted(*response, options_, context);
  } else {
    context.environment.out << ToJson(*response, options_.watch ? JsonStyle::kOneLine : JsonStyle::kPretty)
                            << std::flush;
  }
  return options_.watch ? WatchToEnd(response->fleet().fleet_id(), context) : 0;
}

}  // namespace fleet::cli
