#include "tests/e2e/program.h"

#include <fcntl.h>
#include <unistd.h>

#include <stdexcept>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "tests/unit/workers/task_runner/test_directory.h"

namespace fleet::e2e {
namespace {

// A shell only to keep the outputs apart: the program takes its place, so that signals reach it.
constexpr char kRedirect[] = R"(out=$1; err=$2; shift 2; exec "$@" >"$out" 2>"$err")";

std::string NextFile(const std::string& directory) {
  static int count = 0;
  return absl::StrCat(directory, "/program-", ++count);
}

}  // namespace

Program::Program(const std::string& directory, std::vector<std::string> argv, const std::string& input)
    : name_(absl::StrJoin(argv, " ")) {
  const std::string files = NextFile(directory);
  out_file_ = files + ".out";
  err_file_ = files + ".err";
  testing::ChildProcess::Options options;
  options.argv = {"sh", "-c", kRedirect, "sh", out_file_, err_file_};
  options.argv.insert(options.argv.end(), argv.begin(), argv.end());
  if (!input.empty()) options.standard_input = open(input.c_str(), O_RDONLY | O_CLOEXEC);
  auto process = testing::ChildProcess::Start(options);
  if (options.standard_input >= 0) close(options.standard_input);
  if (!process.ok()) throw std::runtime_error(process.status().ToString());
  process_ = *std::move(process);
}

std::string Program::Out() const { return runner::ReadFile(out_file_); }

std::string Program::Err() const { return runner::ReadFile(err_file_); }

Program::Result Program::Wait(absl::Duration limit) {
  const auto code = process_->WaitExit(limit);
  if (!code.ok()) throw std::runtime_error(absl::StrCat(name_, ": ", code.status().ToString(), "\n", Out(), Err()));
  return {*code, Out(), Err()};
}

Program::Result RunProgram(const std::string& directory, std::vector<std::string> argv, const std::string& input) {
  return Program(directory, std::move(argv), input).Wait();
}

}  // namespace fleet::e2e
