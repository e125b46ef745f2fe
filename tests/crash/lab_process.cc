#include "tests/crash/lab_process.h"

#include <filesystem>
#include <fstream>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace fleet::crash {

LabProcess::LabProcess(Options options) : options_(std::move(options)) {}

std::string LabProcess::port_file() const {
  return absl::StrCat(options_.directory, "/", options_.name, ".", generation_, ".ports");
}

void LabProcess::Launch() {
  ++generation_;
  testing::ChildProcess::Options start;
  start.argv = options_.argv;
  if (options_.has_port_file) start.argv.push_back(absl::StrCat("--port_file=", port_file()));
  start.environment = options_.environment;
  start.log_file = absl::StrCat(options_.directory, "/", options_.name, ".log");
  auto process = testing::ChildProcess::Start(start);
  // Without one it is tried again, and the lab's patience ends the run.
  if (process.ok()) process_ = *std::move(process);
  state_ = options_.has_port_file ? State::kStarting : State::kUp;
}

absl::Status LabProcess::Tend() {
  if (state_ == State::kUp && !IsRunning()) {
    state_ = State::kDown;
    return absl::InternalError(absl::StrCat(options_.name, " ended by itself"));
  }
  if (state_ != State::kStarting) return absl::OkStatus();
  if (std::filesystem::exists(port_file())) {
    std::ifstream file(port_file());
    std::string line;
    while (std::getline(file, line)) {
      if (absl::StartsWith(line, "grpc=")) (void)absl::SimpleAtoi(line.substr(5), &port_);
    }
    state_ = State::kUp;
  } else if (!IsRunning()) {
    Launch();
  }
  return absl::OkStatus();
}

void LabProcess::Kill() {
  state_ = State::kDown;
  process_.reset();
}

void LabProcess::Signal(int signal) {
  if (process_ != nullptr) process_->Signal(signal);
}

}  // namespace fleet::crash
