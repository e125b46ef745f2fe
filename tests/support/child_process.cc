#include "tests/support/child_process.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <system_error>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "common/clock/clock.h"
#include "common/lifecycle/shutdown_signal.h"
#include "common/status/status_macros.h"

namespace fleet::testing {
namespace {

constexpr std::size_t kOutputTail = 4000;

// Everything the child needs, made before the fork: after it only async-signal-safe calls are allowed.
struct Prepared {
  explicit Prepared(const ChildProcess::Options& options) : argv_text(options.argv) {
    for (char** entry = environ; *entry != nullptr; ++entry) {
      const std::string text = *entry;
      if (options.environment.count(text.substr(0, text.find('='))) == 0) environment_text.push_back(text);
    }
    for (const auto& [name, value] : options.environment) environment_text.push_back(absl::StrCat(name, "=", value));
    for (std::string& text : argv_text) argv.push_back(text.data());
    for (std::string& text : environment_text) environment.push_back(text.data());
    argv.push_back(nullptr);
    environment.push_back(nullptr);
  }

  std::vector<std::string> argv_text;
  std::vector<std::string> environment_text;
  std::vector<char*> argv;
  std::vector<char*> environment;
};

[[noreturn]] void BecomeProgram(const Prepared& prepared, const ChildProcess::Options& options, int input, int output,
                                int failure, bool die_with_parent) {
  setpgid(0, 0);
  if (die_with_parent) prctl(PR_SET_PDEATHSIG, SIGKILL);
  ShutdownSignal::ResetInChild();
  dup2(input, STDIN_FILENO);
  if (output >= 0) {
    dup2(output, STDOUT_FILENO);
    dup2(output, STDERR_FILENO);
  }
  if (options.working_directory.empty() || chdir(options.working_directory.c_str()) == 0) {
    execvpe(prepared.argv[0], prepared.argv.data(), prepared.environment.data());
  }
  const int error = errno;
  [[maybe_unused]] const ssize_t written = write(failure, &error, sizeof(error));
  _exit(127);
}

// Whether a process group has members other than its leader.
bool HasOthers(pid_t group) {
  std::error_code error;
  for (std::filesystem::directory_iterator entry("/proc", error), end; !error && entry != end; entry.increment(error)) {
    pid_t pid = 0;
    if (!absl::SimpleAtoi(entry->path().filename().string(), &pid) || pid == group) continue;
    if (getpgid(pid) == group) return true;
  }
  return false;
}

std::string Tail(const std::string& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  const std::string all = text.str();
  return all.size() <= kOutputTail ? all : all.substr(all.size() - kOutputTail);
}

}  // namespace

absl::StatusOr<std::unique_ptr<ChildProcess>> ChildProcess::Start(const Options& options) {
  const Prepared prepared(options);
  int failure[2];
  if (pipe2(failure, O_CLOEXEC) != 0) return absl::ErrnoToStatus(errno, "pipe");
  const int input = options.standard_input >= 0 ? options.standard_input : open("/dev/null", O_RDONLY | O_CLOEXEC);
  const int output =
      options.log_file.empty() ? -1 : open(options.log_file.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
  // The signal follows the thread that forked: from a short-lived thread it would come too early.
  const bool die_with_parent = gettid() == getpid();
  const pid_t pid = fork();
  if (pid == 0) BecomeProgram(prepared, options, input, output, failure[1], die_with_parent);
  const int fork_error = errno;
  close(failure[1]);
  if (output >= 0) close(output);
  if (options.standard_input < 0) close(input);
  int error = 0;
  const bool failed = pid > 0 && read(failure[0], &error, sizeof(error)) == sizeof(error);
  close(failure[0]);
  if (pid < 0) return absl::ErrnoToStatus(fork_error, "fork");
  if (failed) {
    waitpid(pid, nullptr, 0);
    return absl::NotFoundError(absl::StrCat(options.argv[0], ": ", std::strerror(error)));
  }
  setpgid(pid, pid);
  const int pid_descriptor = static_cast<int>(syscall(SYS_pidfd_open, pid, 0));
  return std::unique_ptr<ChildProcess>(new ChildProcess(pid, pid_descriptor));
}

absl::Status ChildProcess::Run(Options options, absl::Duration limit) {
  std::string log = (std::filesystem::temp_directory_path() / "fleet-run-XXXXXX").string();
  const int descriptor = mkstemp(log.data());
  if (descriptor < 0) return absl::ErrnoToStatus(errno, "mkstemp");
  close(descriptor);
  options.log_file = log;
  absl::Status status;
  {
    auto child = Start(options);
    absl::StatusOr<int> code = child.ok() ? (*child)->WaitExit(limit) : child.status();
    if (!code.ok()) {
      status = code.status();
    } else if (*code != 0) {
      status =
          absl::InternalError(absl::StrCat(absl::StrJoin(options.argv, " "), ": exit code ", *code, "\n", Tail(log)));
    }
  }
  std::filesystem::remove(log);
  return status;
}

ChildProcess::~ChildProcess() {
  if (!reaped_) {
    // The group first: it may have members that outlived the child, and its number is its own while that is not reaped.
    kill(-pid_, SIGKILL);
    Kill();
    Reap();
  }
  close(pid_descriptor_);
}

bool ChildProcess::IsRunning() { return !WaitExit(absl::ZeroDuration()).ok(); }

void ChildProcess::Signal(int signal) {
  if (!exit_code_.has_value()) kill(pid_, signal);
}

absl::StatusOr<int> ChildProcess::WaitExit(absl::Duration limit) {
  if (exit_code_.has_value()) return *exit_code_;
  pollfd waiting{pid_descriptor_, POLLIN, 0};
  const Clock& clock = Clock::System();
  const absl::Duration deadline = clock.Elapsed() + limit;
  // poll takes a negative time for ever.
  const auto left = [&] {
    return static_cast<int>(std::max(int64_t{0}, absl::ToInt64Milliseconds(deadline - clock.Elapsed())));
  };
  while (poll(&waiting, 1, left()) <= 0) {
    if (clock.Elapsed() >= deadline) return absl::DeadlineExceededError(absl::StrCat("process ", pid_, " still runs"));
  }
  siginfo_t info{};
  const auto id = static_cast<id_t>(pid_);
  if (waitid(P_PID, id, &info, WEXITED | WNOWAIT) != 0) return absl::ErrnoToStatus(errno, "waitid");
  exit_code_ = info.si_code == CLD_EXITED ? info.si_status : 128 + info.si_status;
  if (!HasOthers(pid_)) Reap();
  return *exit_code_;
}

void ChildProcess::Reap() {
  if (exit_code_.has_value() && !reaped_) reaped_ = waitpid(pid_, nullptr, WNOHANG) == pid_;
}

void ChildProcess::Kill() {
  Signal(SIGKILL);
  // SIGKILL cannot be refused; the limit only covers a process stuck in the kernel.
  (void)WaitExit(absl::Minutes(1));
}

}  // namespace fleet::testing
