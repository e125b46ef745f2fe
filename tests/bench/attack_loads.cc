#include "tests/bench/attack_loads.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <map>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/domain/ulid.h"
#include "fleet/v1/fleet_service.grpc.pb.h"
#include "fleet/v1/runner_service.grpc.pb.h"
#include "tests/bench/deaf_watchers.h"

namespace fleet::bench {
namespace {

constexpr absl::Duration kAttackTimeout = absl::Seconds(60);

// Runs `attack` on `count` threads, again and again.
void Repeat(int count, const std::function<void()>& attack) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&] {
      while (true) attack();
    });
  }
  for (std::thread& thread : threads) thread.join();
}

void SendCompressed(BenchSession& session) {
  v1::CreateFleetRequest request;
  request.set_task_description(std::string(std::size_t{256} << 20, 'a'));
  Repeat(2, [&] {
    grpc::ClientContext context;
    session.Prepare(context, kAttackTimeout);
    context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    v1::CreateFleetResponse response;
    (void)v1::FleetService::NewStub(session.NewChannel())->CreateFleet(&context, request, &response);
  });
}

void SendHeartbeats(BenchSession& session) {
  v1::HeartbeatRequest request;
  request.set_runner_id(domain::Ulid::Generate(absl::Now()).ToString());
  request.set_heartbeat_seq(1);
  for (int i = 0; i < 1'000'000; ++i) {
    request.add_held()->set_task_id(request.runner_id() + "-1");
    request.mutable_held(i)->set_attempt(1);
  }
  Repeat(12, [&] {
    grpc::ClientContext context;
    session.Prepare(context, kAttackTimeout);
    v1::HeartbeatResponse response;
    (void)v1::RunnerService::NewStub(session.NewChannel())->Heartbeat(&context, request, &response);
  });
}

void SendSubmissions(BenchSession& session) {
  v1::CreateFleetRequest request;
  request.set_workflow_ref("bench/none");
  request.set_task_description("attack");
  for (int i = 0; i < 6'000; ++i) {
    v1::FleetTarget& target = *request.add_targets();
    target.set_repo("bench/repo-" + std::to_string(i));
    (*target.mutable_parameters())["text"] = std::string(10'000, 'x');
  }
  Repeat(16, [&] {
    grpc::ClientContext context;
    session.Prepare(context, kAttackTimeout);
    v1::CreateFleetResponse response;
    (void)v1::FleetService::NewStub(session.NewChannel())->CreateFleet(&context, request, &response);
  });
}

// Until the process is ended.
void StayForEver() { absl::SleepFor(absl::InfiniteDuration()); }

void WatchDeaf(BenchSession& session, const AttackTarget& target) {
  const DeafWatchers watchers(session, target.watched_fleet, target.watchers);
  StayForEver();
}

// The connection stays open until the process ends.
void Connect(const std::string& address) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(address, absl::MaxSplits(':', 1));
  int port = 0;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  if (!absl::SimpleAtoi(parts.second, &port) || inet_pton(AF_INET, parts.first.c_str(), &to.sin_addr) != 1) return;
  to.sin_port = htons(static_cast<uint16_t>(port));
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) close(fd);
}

void StaySilent(const AttackTarget& target) {
  for (int i = 0; i < 1000; ++i) {
    for (const std::string& address : {target.address, target.metrics_address}) Connect(address);
  }
  StayForEver();
}

using Load = std::function<void(BenchSession&, const AttackTarget&)>;

const std::map<std::string, Load>& Loads() {
  static const auto& kLoads = *new std::map<std::string, Load>{
      {"compressed", [](BenchSession& session, const AttackTarget&) { SendCompressed(session); }},
      {"watchers", [](BenchSession& session, const AttackTarget& target) { WatchDeaf(session, target); }},
      {"heartbeats", [](BenchSession& session, const AttackTarget&) { SendHeartbeats(session); }},
      {"submissions", [](BenchSession& session, const AttackTarget&) { SendSubmissions(session); }},
      {"silent_connections", [](BenchSession&, const AttackTarget& target) { StaySilent(target); }}};
  return kLoads;
}

}  // namespace

absl::Status KeepUpLoad(BenchSession& session, const AttackTarget& target, const std::string& name) {
  const auto load = Loads().find(name);
  if (load == Loads().end()) return absl::InvalidArgumentError(absl::StrCat("no load is called ", name));
  load->second(session, target);
  return absl::InternalError("the load has ended");
}

}  // namespace fleet::bench
