#include "cli/fleetctl/commands/system_inquiry.h"

#include <algorithm>

#include "absl/status/statusor.h"
#include "common/rpc/failover_channel.h"
#include "common/rpc/proto_time.h"
#include "fleet/v1/admin_service.grpc.pb.h"

namespace fleet::cli {
namespace {

// One address must not keep the others waiting: a service that is well answers within milliseconds, one that waits for
// its database within seconds.
constexpr absl::Duration kMostPatience = absl::Seconds(10);

ServerAnswer AskServer(const std::string& address, CommandContext& context) {
  const Environment& environment = context.environment;
  FleetClient::Options options = context.client.options();
  options.timeout = std::min(options.timeout, kMostPatience);
  options.patience.rounds = 1;
  options.on_trouble = nullptr;
  rpc::FailoverChannel server({address}, context.global.user, rpc::FailoverChannel::AfterLoss::kReplace);
  FleetClient client(server, options, context.environment.interruption, environment.clock);

  ServerAnswer answer;
  answer.address = address;
  const absl::Time begin_time = environment.clock.TimeNow();
  const absl::Duration begin = environment.clock.Elapsed();
  absl::StatusOr<v1::GetSystemStatusResponse> response =
      client.Call<v1::AdminService>(&v1::AdminService::Stub::GetSystemStatus, v1::GetSystemStatusRequest());
  answer.round_trip = environment.clock.Elapsed() - begin;
  answer.status = response.status();
  if (!response.ok()) return answer;
  answer.system = *std::move(response);
  // The service reads its clock last.
  answer.clock_difference = rpc::FromProtoTime(answer.system.service_time()) - (begin_time + answer.round_trip);
  return answer;
}

}  // namespace

std::vector<ServerAnswer> AskServers(CommandContext& context) {
  std::vector<ServerAnswer> answers;
  answers.reserve(context.global.servers.size());
  for (const std::string& address : context.global.servers) answers.push_back(AskServer(address, context));
  return answers;
}

const v1::GetSystemStatusResponse* BestAnswer(const std::vector<ServerAnswer>& answers) {
  const v1::GetSystemStatusResponse* best = nullptr;
  for (const ServerAnswer& answer : answers) {
    if (!answer.status.ok()) continue;
    if (answer.system.database().reachable()) return &answer.system;
    best = &answer.system;
  }
  return best;
}

}  // namespace fleet::cli
