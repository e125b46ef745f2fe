#include "tests/bench/memory_attack.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "common/domain/ulid.h"
#include "common/lifecycle/mutex.h"
#include "common/status/status_macros.h"
#include "fleet/v1/fleet_service.grpc.pb.h"
#include "fleet/v1/runner_service.grpc.pb.h"
#include "tests/bench/latencies.h"
#include "tests/bench/process_usage.h"

namespace fleet::bench {
namespace {

constexpr absl::Duration kCallTimeout = absl::Seconds(60);
constexpr absl::Duration kAfterwards = absl::Seconds(60);

double Mib(int64_t kib) { return Rounded(static_cast<double>(kib) / 1024); }

// The highest resident memory of a process between two looks.
class MemoryPeak {
 public:
  explicit MemoryPeak(int pid) : thread_([this, pid] { Watch(pid); }) {}
  ~MemoryPeak() {
    stopping_ = true;
    thread_.join();
  }
  int64_t TakeKib() { return peak_.exchange(0); }

 private:
  void Watch(int pid) {
    while (!stopping_) {
      if (const auto usage = ReadUsage(pid); usage.ok()) peak_ = std::max<int64_t>(peak_, usage->resident_kib);
      absl::SleepFor(absl::Milliseconds(20));
    }
  }

  std::atomic<bool> stopping_ = false;
  std::atomic<int64_t> peak_ = 0;
  std::thread thread_;
};

// Runs `attack` on `count` threads, again and again, until `stop`.
void Repeat(int count, const std::atomic<bool>& stop, const std::function<void(int)>& attack) {
  std::vector<std::thread> threads;
  for (int i = 0; i < count; ++i) {
    threads.emplace_back([&, i] {
      while (!stop) attack(i);
    });
  }
  for (std::thread& thread : threads) thread.join();
}

void SendCompressed(BenchSession& session, const std::atomic<bool>& stop) {
  v1::CreateFleetRequest request;
  request.set_task_description(std::string(std::size_t{256} << 20, 'a'));
  Repeat(2, stop, [&](int) {
    grpc::ClientContext context;
    session.Prepare(context, kCallTimeout);
    context.set_compression_algorithm(GRPC_COMPRESS_GZIP);
    v1::CreateFleetResponse response;
    (void)v1::FleetService::NewStub(session.NewChannel())->CreateFleet(&context, request, &response);
  });
}

void SendHeartbeats(BenchSession& session, const std::atomic<bool>& stop) {
  v1::HeartbeatRequest request;
  request.set_runner_id(domain::Ulid::Generate(absl::Now()).ToString());
  request.set_heartbeat_seq(1);
  for (int i = 0; i < 1'000'000; ++i) {
    request.add_held()->set_task_id(request.runner_id() + "-1");
    request.mutable_held(i)->set_attempt(1);
  }
  Repeat(12, stop, [&](int) {
    grpc::ClientContext context;
    session.Prepare(context, kCallTimeout);
    v1::HeartbeatResponse response;
    (void)v1::RunnerService::NewStub(session.NewChannel())->Heartbeat(&context, request, &response);
  });
}

void SendSubmissions(BenchSession& session, const std::atomic<bool>& stop) {
  v1::CreateFleetRequest request;
  request.set_workflow_ref("bench/none");
  request.set_task_description("attack");
  for (int i = 0; i < 6'000; ++i) {
    v1::FleetTarget& target = *request.add_targets();
    target.set_repo("bench/repo-" + std::to_string(i));
    (*target.mutable_parameters())["text"] = std::string(10'000, 'x');
  }
  Repeat(16, stop, [&](int) {
    grpc::ClientContext context;
    session.Prepare(context, kCallTimeout);
    v1::CreateFleetResponse response;
    (void)v1::FleetService::NewStub(session.NewChannel())->CreateFleet(&context, request, &response);
  });
}

// A stream that is opened and never read.
class DeafWatcher final : public grpc::ClientReadReactor<v1::WatchFleetResponse> {
 public:
  DeafWatcher(BenchSession& session, v1::FleetService::Stub& stub, const std::string& fleet_id) {
    session.Prepare(context_, absl::InfiniteDuration());
    request_.set_fleet_id(fleet_id);
    request_.set_include_tasks(true);
    stub.async()->WatchFleet(&context_, &request_, this);
    StartCall();
  }
  void OnDone(const grpc::Status&) override {
    MutexLock lock(mutex_);
    done_ = true;
    changed_.Signal();
  }
  void CancelAndWait() {
    context_.TryCancel();
    MutexLock lock(mutex_);
    while (!done_) changed_.Wait(mutex_);
  }

 private:
  grpc::ClientContext context_;
  v1::WatchFleetRequest request_;
  Mutex mutex_;
  CondVar changed_;
  bool done_ ABSL_GUARDED_BY(mutex_) = false;
};

void WatchDeaf(BenchSession& session, const std::string& fleet_id, int32_t count, const std::atomic<bool>& stop) {
  std::vector<std::unique_ptr<v1::FleetService::Stub>> stubs;
  std::vector<std::unique_ptr<DeafWatcher>> watchers;
  for (int32_t i = 0; i < count; ++i) {
    if (i % 100 == 0) stubs.push_back(v1::FleetService::NewStub(session.NewChannel()));
    watchers.push_back(std::make_unique<DeafWatcher>(session, *stubs.back(), fleet_id));
  }
  while (!stop) absl::SleepFor(absl::Milliseconds(20));
  for (const auto& watcher : watchers) watcher->CancelAndWait();
}

int Connect(const std::string& address) {
  const std::pair<std::string, std::string> parts = absl::StrSplit(address, absl::MaxSplits(':', 1));
  int port = 0;
  if (!absl::SimpleAtoi(parts.second, &port)) return -1;
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(static_cast<uint16_t>(port));
  if (inet_pton(AF_INET, parts.first.c_str(), &to.sin_addr) != 1) return -1;
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd >= 0 && connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) != 0) {
    close(fd);
    return -1;
  }
  return fd;
}

void StaySilent(const AttackOptions& options, const std::atomic<bool>& stop) {
  std::vector<int> connections;
  for (int i = 0; i < 1000; ++i) {
    connections.push_back(Connect(options.address));
    connections.push_back(Connect(options.metrics_address));
  }
  while (!stop) absl::SleepFor(absl::Milliseconds(20));
  for (const int fd : connections) {
    if (fd >= 0) close(fd);
  }
}

}  // namespace

absl::StatusOr<nlohmann::json> MeasureAttack(BenchSession& session, const AttackOptions& options) {
  FLEET_ASSIGN_OR_RETURN(const int pid, FindProcess(options.fleet.processes, "service"));
  // One of its children runs at a time: it is there to be watched.
  FLEET_ASSIGN_OR_RETURN(const std::string watched, session.Submit(options.fleet.children, 1));
  const std::vector<std::pair<const char*, std::function<void(const std::atomic<bool>&)>>> loads = {
      {"none", [](const std::atomic<bool>&) {}},
      {"compressed", [&](const auto& stop) { SendCompressed(session, stop); }},
      {"watchers", [&](const auto& stop) { WatchDeaf(session, watched, options.watchers, stop); }},
      {"heartbeats", [&](const auto& stop) { SendHeartbeats(session, stop); }},
      {"submissions", [&](const auto& stop) { SendSubmissions(session, stop); }},
      {"silent_connections", [&](const auto& stop) { StaySilent(options, stop); }}};
  nlohmann::json result;
  double undisturbed = 0;
  MemoryPeak memory(pid);
  for (const auto& [name, load] : loads) {
    std::atomic<bool> stop = false;
    std::thread attack([&stop, &run = load] { run(stop); });
    absl::SleepFor(absl::Seconds(10));  // by then it is under way
    const auto measured = MeasureEndToEnd(session, options.fleet);
    stop = true;
    attack.join();
    FLEET_RETURN_IF_ERROR(measured.status());
    const double rate = measured->at("end_to_end_per_s");
    if (undisturbed == 0) undisturbed = rate;
    result[name] = {{"peak_mib", Mib(memory.TakeKib())},
                    {"end_to_end_per_s", Rounded(rate)},
                    {"share_of_undisturbed", Rounded(rate / undisturbed)}};
  }
  absl::SleepFor(kAfterwards);
  FLEET_ASSIGN_OR_RETURN(const ProcessUsage after, ReadUsage(pid));
  result["mib_a_minute_after"] = Mib(after.resident_kib);
  return result;
}

}  // namespace fleet::bench
