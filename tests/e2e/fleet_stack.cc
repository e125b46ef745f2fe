#include "tests/e2e/fleet_stack.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "tests/e2e/fleet_api.h"
#include "tests/support/wait_until.h"
#include "tests/unit/workers/task_runner/test_directory.h"

namespace fleet::e2e {
namespace {

constexpr std::size_t kLogTail = 6000;
constexpr absl::Duration kStartLimit = absl::Seconds(60);

}  // namespace

FleetStack::FleetStack(std::string database_url, std::string directory, Options options)
    : database_url_(std::move(database_url)), directory_(std::move(directory)), options_(std::move(options)) {
  std::filesystem::create_directories(directory_);
}

std::string FleetStack::Binary(const std::string& name) { return absl::StrCat(FLEET_BINARY_DIR, "/", name); }

void FleetStack::StartService(const std::string& name) {
  const auto known = addresses_.find(name);
  StartServer(name, {Binary("fleet-service"), "--insecure_identity",
                     "--listen=" + (known == addresses_.end() ? "127.0.0.1:0" : known->second),
                     "--lease_duration=" + options_.lease_duration, "--heartbeat_interval=500ms", "--cancel_grace=2s"});
}

void FleetStack::StartWorker(const std::string& name) {
  StartServer(name, {Binary("fleet-worker"), "--lease_duration=" + options_.lease_duration});
}

void FleetStack::StartRunner(const std::string& name, const std::vector<std::string>& services,
                             const std::vector<std::string>& flags) {
  std::vector<std::string> argv = {Binary("fleet-runner"),
                                   "--servers=" + absl::StrJoin(Addresses(services), ","),
                                   "--name=" + name,
                                   "--user=runner",
                                   "--slots=2",
                                   "--git_protocols=file",
                                   absl::StrCat("--work_dir=", directory_, "/", name)};
  argv.insert(argv.end(), flags.begin(), flags.end());
  Start(name, argv);
}

std::string FleetStack::Address(const std::string& service) {
  WaitUntilReady(service);
  return addresses_.at(service);
}

std::vector<std::string> FleetStack::Addresses(const std::vector<std::string>& services) {
  std::vector<std::string> addresses;
  for (const std::string& service : services) addresses.push_back(Address(service));
  return addresses;
}

int FleetStack::MetricsPort(const std::string& name) {
  WaitUntilReady(name);
  return metrics_ports_.at(name);
}

void FleetStack::WaitUntilReady(const std::string& name) {
  // A client's connection may have taken the port of a service that was away for a moment.
  const bool may_retry = addresses_.count(name) > 0;
  const bool ready = testing::WaitUntil(
      [&] {
        if (std::filesystem::exists(PortFile(name))) return true;
        if (process(name).IsRunning()) return false;
        if (!may_retry) throw std::runtime_error(absl::StrCat(name, " ended: ", Log(name)));
        Start(name, commands_.at(name));
        return false;
      },
      kStartLimit);
  if (!ready) throw std::runtime_error(absl::StrCat(name, " is not ready: ", Log(name)));
  for (absl::string_view line : absl::StrSplit(runner::ReadFile(PortFile(name)), '\n')) {
    if (absl::ConsumePrefix(&line, "grpc=")) addresses_[name] = absl::StrCat("127.0.0.1:", line);
    if (absl::ConsumePrefix(&line, "metrics=")) (void)absl::SimpleAtoi(line, &metrics_ports_[name]);
  }
}

std::string FleetStack::Log(const std::string& name) const { return runner::ReadFile(LogFile(name)); }

std::string FleetStack::Logs() const {
  std::string text;
  for (const auto& [name, process] : processes_) {
    const std::string log = Log(name);
    absl::StrAppend(&text, "--- ", name, "\n", log.substr(log.size() - std::min(log.size(), kLogTail)));
  }
  return text;
}

void FleetStack::StartServer(const std::string& name, std::vector<std::string> argv) {
  argv.insert(argv.end(), {"--metrics_listen=127.0.0.1:0", "--port_file=" + PortFile(name),
                           absl::StrCat("--wake_up_hints=", options_.wake_up_hints ? "true" : "false")});
  std::filesystem::remove(PortFile(name));
  commands_[name] = argv;
  Start(name, argv);
}

void FleetStack::Start(const std::string& name, const std::vector<std::string>& argv) {
  // The one before must be gone first.
  processes_.erase(name);
  testing::ChildProcess::Options options;
  options.argv = argv;
  // A runner gets none: it must not need it.
  if (commands_.count(name) > 0) options.environment = {{"FLEET_DATABASE_URL", database_url_}};
  options.log_file = LogFile(name);
  auto process = testing::ChildProcess::Start(options);
  if (!process.ok()) throw std::runtime_error(process.status().ToString());
  processes_[name] = *std::move(process);
}

}  // namespace fleet::e2e
