#include "tests/support/fleet_program.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/support/wait_until.h"

namespace fleet::testing {

std::string FleetProgram::Binary(const std::string& program) { return absl::StrCat(FLEET_BINARY_DIR, "/", program); }

FleetProgram::FleetProgram(Options options) : options_(std::move(options)) {}

void FleetProgram::Launch() {
  // The one before must be gone first.
  process_.reset();
  ports_.clear();
  std::filesystem::remove(port_file());
  ChildProcess::Options start;
  start.argv = options_.argv;
  if (options_.has_port_file) start.argv.push_back("--port_file=" + port_file());
  start.environment = options_.environment;
  start.log_file = log_file();
  auto process = ChildProcess::Start(start);
  // Without one it is tried again, or counts as ended.
  if (process.ok()) process_ = *std::move(process);
  state_ = options_.has_port_file ? State::kStarting : State::kUp;
}

absl::Status FleetProgram::Tend() {
  if (state_ == State::kUp && !IsRunning()) {
    state_ = State::kDown;
    return absl::InternalError(absl::StrCat(options_.name, " ended by itself"));
  }
  if (state_ != State::kStarting) return absl::OkStatus();
  if (std::filesystem::exists(port_file())) {
    ReadPorts();
    state_ = State::kUp;
  } else if (!IsRunning()) {
    if (!options_.retries) return absl::InternalError(absl::StrCat(options_.name, " did not start: ", log()));
    Launch();
  }
  return absl::OkStatus();
}

absl::Status FleetProgram::AwaitUp(absl::Duration limit) {
  absl::Status tended;
  const bool ended = WaitUntil(
      [&] {
        tended = Tend();
        return is_up() || !tended.ok();
      },
      limit);
  if (!ended) return absl::DeadlineExceededError(absl::StrCat(options_.name, " is not up: ", log()));
  return tended;
}

void FleetProgram::ReadPorts() {
  std::ifstream file(port_file());
  std::string line;
  while (std::getline(file, line)) {
    const std::size_t equals = line.find('=');
    if (equals != std::string::npos) (void)absl::SimpleAtoi(line.substr(equals + 1), &ports_[line.substr(0, equals)]);
  }
}

void FleetProgram::Kill() {
  state_ = State::kDown;
  process_.reset();
}

void FleetProgram::Signal(int signal) {
  if (process_ != nullptr) process_->Signal(signal);
}

int FleetProgram::port(const std::string& what) const {
  const auto found = ports_.find(what);
  return found == ports_.end() ? 0 : found->second;
}

std::string FleetProgram::address() const { return absl::StrCat("127.0.0.1:", port("grpc")); }

std::string FleetProgram::log() const {
  std::ifstream file(log_file());
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace fleet::testing
