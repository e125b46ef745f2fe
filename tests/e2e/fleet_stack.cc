#include "tests/e2e/fleet_stack.h"

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace fleet::e2e {
namespace {

constexpr std::size_t kLogTail = 6000;

void Check(const absl::Status& status) {
  if (!status.ok()) throw std::runtime_error(status.ToString());
}

}  // namespace

FleetStack::FleetStack(std::string database_url, std::string directory, Options options)
    : database_url_(std::move(database_url)), directory_(std::move(directory)), options_(std::move(options)) {
  std::filesystem::create_directories(directory_);
}

void FleetStack::StartService(const std::string& name) {
  const auto known = programs_.find(name);
  StartServer(name, {testing::FleetProgram::Binary("fleet-service"), "--insecure_identity",
                     "--listen=" + (known == programs_.end() ? "127.0.0.1:0" : known->second->address()),
                     "--lease_duration=" + options_.lease_duration, "--heartbeat_interval=500ms", "--cancel_grace=2s"});
}

void FleetStack::StartWorker(const std::string& name) {
  StartServer(name, {testing::FleetProgram::Binary("fleet-worker"), "--lease_duration=" + options_.lease_duration});
}

void FleetStack::StartRunner(const std::string& name, const std::vector<std::string>& services,
                             const std::vector<std::string>& flags) {
  std::vector<std::string> argv = {testing::FleetProgram::Binary("fleet-runner"),
                                   "--servers=" + absl::StrJoin(Addresses(services), ","),
                                   "--name=" + name,
                                   "--user=runner",
                                   "--slots=2",
                                   "--git_protocols=file",
                                   absl::StrCat("--work_dir=", directory_, "/", name)};
  if (!options_.otlp_endpoint.empty()) argv.push_back("--otlp_endpoint=" + options_.otlp_endpoint);
  argv.insert(argv.end(), flags.begin(), flags.end());
  testing::FleetProgram::Options options;
  options.argv = std::move(argv);
  // It gets no database's URL: it must not need it.
  options.has_port_file = false;
  Start(name, std::move(options));
}

std::string FleetStack::Address(const std::string& service) {
  WaitUntilReady(service);
  return programs_.at(service)->address();
}

std::vector<std::string> FleetStack::Addresses(const std::vector<std::string>& services) {
  std::vector<std::string> addresses;
  for (const std::string& service : services) addresses.push_back(Address(service));
  return addresses;
}

int FleetStack::MetricsPort(const std::string& name) {
  WaitUntilReady(name);
  return programs_.at(name)->port("metrics");
}

void FleetStack::WaitUntilReady(const std::string& name) { Check(programs_.at(name)->AwaitUp()); }

std::string FleetStack::Logs() const {
  std::string text;
  for (const auto& [name, program] : programs_) {
    const std::string log = program->log();
    absl::StrAppend(&text, "--- ", name, "\n", log.substr(log.size() - std::min(log.size(), kLogTail)));
  }
  return text;
}

void FleetStack::StartServer(const std::string& name, std::vector<std::string> argv) {
  argv.insert(argv.end(), {"--metrics_listen=127.0.0.1:0",
                           absl::StrCat("--wake_up_hints=", options_.wake_up_hints ? "true" : "false")});
  if (!options_.otlp_endpoint.empty()) argv.push_back("--otlp_endpoint=" + options_.otlp_endpoint);
  testing::FleetProgram::Options options;
  options.argv = std::move(argv);
  options.environment = {{"FLEET_DATABASE_URL", database_url_}};
  // A client's connection may have taken the port of a service that was away for a moment.
  options.retries = programs_.count(name) > 0;
  Start(name, std::move(options));
}

void FleetStack::Start(const std::string& name, testing::FleetProgram::Options options) {
  options.name = name;
  options.directory = directory_;
  // The one before must be gone first.
  programs_.erase(name);
  const auto program = programs_.emplace(name, std::make_unique<testing::FleetProgram>(std::move(options))).first;
  program->second->Launch();
  // What cannot even be executed has ended.
  if (!program->second->IsRunning()) Check(program->second->Tend());
}

}  // namespace fleet::e2e
