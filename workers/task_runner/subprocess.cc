#include "workers/task_runner/subprocess.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/status_macros.h"
#include "workers/task_runner/file_descriptor.h"
#include "workers/task_runner/process_hardening.h"
#include "workers/task_runner/supervisor.h"
#include "workers/task_runner/system_error.h"
#include "workers/task_runner/task_failure.h"

namespace fleet::runner {
namespace {

// Every writer is dead when the supervisor says so; this bounds the wait for a fork elsewhere that holds a copy of
// the pipe for an instant.
constexpr absl::Duration kDrainTimeout = absl::Seconds(1);

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};

absl::StatusOr<Pipe> MakePipe() {
  int fds[2];
  if (pipe2(fds, O_CLOEXEC) != 0) return SystemError(errno, "cannot make a pipe");
  return Pipe{FileDescriptor(fds[0]), FileDescriptor(fds[1])};
}

// A pipe whose writer gets no SIGPIPE when the reader is gone: the supervisor may end before an order reaches it.
absl::StatusOr<Pipe> MakeControlPipe() {
  int fds[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) != 0) return SystemError(errno, "cannot make a pipe");
  return Pipe{FileDescriptor(fds[0]), FileDescriptor(fds[1])};
}

bool IsExecutable(const std::string& path) {
  struct stat info {};
  return stat(path.c_str(), &info) == 0 && S_ISREG(info.st_mode) && access(path.c_str(), X_OK) == 0;
}

// What execvp would find; it must be known before the fork, since searching is not async-signal-safe.
absl::StatusOr<std::string> FindProgram(const ProcessSpec& spec) {
  if (spec.argv.empty() || spec.argv[0].empty()) return absl::InvalidArgumentError("no program is named");
  const std::string& name = spec.argv[0];
  if (name.find('/') != std::string::npos) return name;
  const auto path = spec.environment.find("PATH");
  if (path != spec.environment.end()) {
    for (const absl::string_view directory : absl::StrSplit(path->second, ':', absl::SkipEmpty())) {
      std::string candidate = absl::StrCat(directory, "/", name);
      if (directory[0] != '/') candidate = absl::StrCat(spec.working_directory, "/", candidate);
      if (IsExecutable(candidate)) return candidate;
    }
  }
  return absl::NotFoundError(absl::StrCat("cannot run \"", name, "\": not found in PATH"));
}

std::vector<char*> Pointers(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
  for (std::string& string : strings) pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

// One run, from fork to the supervisor's end.
class ProcessRun {
 public:
  ProcessRun(const Clock& clock, const ProcessSpec& spec, const StopToken& stop)
      : clock_(clock), spec_(spec), stop_(stop) {}

  absl::Status Start(bool separate_errors);
  void Watch(OutputSink& output, OutputSink* errors);
  absl::StatusOr<ProcessResult> Finish();

 private:
  void Order(char order) { send(control_.get(), &order, 1, MSG_NOSIGNAL); }
  void CheckTimes();
  int PollTimeoutMs() const;
  void ReadStatus();
  void ReadOutput(FileDescriptor& pipe, OutputSink& sink);

  const Clock& clock_;
  const ProcessSpec& spec_;
  const StopToken& stop_;
  FileDescriptor control_, status_, stdout_, stderr_;
  pid_t supervisor_ = -1;
  pid_t leader_ = -1;
  absl::Duration started_;
  std::optional<absl::Duration> ended_;
  std::optional<ProcessResult::Ending> killed_as_;
  bool killed_hard_ = false;
  int fork_error_ = 0;
  int exec_error_ = 0;
  std::optional<int> wait_status_;
};

absl::Status ProcessRun::Start(bool separate_errors) {
  FLEET_ASSIGN_OR_RETURN(std::string program, FindProgram(spec_));
  std::vector<std::string> argv = spec_.argv;
  std::vector<std::string> environment;
  environment.reserve(spec_.environment.size());
  for (const auto& [name, value] : spec_.environment) environment.push_back(absl::StrCat(name, "=", value));
  const std::vector<char*> argv_pointers = Pointers(argv);
  const std::vector<char*> environment_pointers = Pointers(environment);
  FLEET_ASSIGN_OR_RETURN(Pipe control, MakeControlPipe());
  FLEET_ASSIGN_OR_RETURN(Pipe status, MakePipe());
  FLEET_ASSIGN_OR_RETURN(Pipe output, MakePipe());
  Pipe errors;
  if (separate_errors) {
    FLEET_ASSIGN_OR_RETURN(errors, MakePipe());
  }
  FileDescriptor input(open(spec_.stdin_path.empty() ? "/dev/null" : spec_.stdin_path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!input.is_open()) return SystemError(errno, "cannot open a program's input");
  SupervisorPlan plan;
  plan.program = program.c_str();
  plan.argv = argv_pointers.data();
  plan.environment = environment_pointers.data();
  plan.working_directory = spec_.working_directory.c_str();
  plan.control_fd = control.read.get();
  plan.status_fd = status.write.get();
  plan.stdin_fd = input.get();
  plan.stdout_fd = output.write.get();
  plan.stderr_fd = separate_errors ? errors.write.get() : output.write.get();
  plan.open_files_limit = InitialOpenFilesLimit();
  plan.kill_grace_ms = static_cast<int>(absl::ToInt64Milliseconds(spec_.kill_grace));
  // _Fork runs no atfork handlers of libraries: the child stays within async-signal-safe calls.
  started_ = clock_.Elapsed();
  supervisor_ = _Fork();
  if (supervisor_ == 0) Supervise(plan);
  if (supervisor_ < 0) return SystemError(errno, "cannot start a process");
  control_ = std::move(control.write);
  status_ = std::move(status.read);
  stdout_ = std::move(output.read);
  stderr_ = std::move(errors.read);
  return absl::OkStatus();
}

void ProcessRun::CheckTimes() {
  const StopReason reason = stop_.reason();
  if (stop_.at_once() && !killed_hard_) {
    killed_hard_ = true;
    killed_as_ = ProcessResult::Ending::kStopped;
    Order(kKill);
  } else if (killed_as_.has_value()) {
    return;
  } else if (reason != StopReason::kNone) {
    killed_as_ = ProcessResult::Ending::kStopped;
    Order(kTerminate);
  } else if (clock_.Elapsed() - started_ >= spec_.timeout) {
    killed_as_ = ProcessResult::Ending::kTimedOut;
    Order(kTerminate);
  }
}

int ProcessRun::PollTimeoutMs() const {
  absl::Duration left = absl::Seconds(60);
  if (ended_.has_value()) {
    left = *ended_ + kDrainTimeout - clock_.Elapsed();
  } else if (killed_as_.has_value()) {
    left = absl::Milliseconds(100);  // it may have to end at once after all
  } else {
    left = std::min(left, started_ + spec_.timeout - clock_.Elapsed());
  }
  return static_cast<int>(absl::ToInt64Milliseconds(std::max(left, absl::ZeroDuration()) + absl::Milliseconds(1)));
}

void ProcessRun::ReadStatus() {
  SupervisorMessage message;
  const ssize_t size = read(status_.get(), &message, sizeof(message));
  if (size < 0 && errno == EINTR) return;
  if (size != sizeof(message)) {
    ended_ = clock_.Elapsed();
    status_.Close();
    return;
  }
  if (message.kind == SupervisorMessage::kStarted) leader_ = message.value;
  if (message.kind == SupervisorMessage::kForkFailed) fork_error_ = message.value;
  if (message.kind == SupervisorMessage::kExecFailed) exec_error_ = message.value;
  if (message.kind == SupervisorMessage::kEnded) wait_status_ = message.value;
}

void ProcessRun::ReadOutput(FileDescriptor& pipe, OutputSink& sink) {
  char buffer[16 << 10];
  const ssize_t size = read(pipe.get(), buffer, sizeof(buffer));
  if (size < 0 && errno == EINTR) return;
  if (size <= 0) {
    pipe.Close();
  } else if (!sink.Append(absl::string_view(buffer, static_cast<std::size_t>(size)))) {
    pipe.Close();
    killed_hard_ = true;
    if (!killed_as_.has_value()) killed_as_ = ProcessResult::Ending::kCutOff;
    Order(kKill);
  }
}

void ProcessRun::Watch(OutputSink& output, OutputSink* errors) {
  while (status_.is_open() || stdout_.is_open() || stderr_.is_open()) {
    if (!ended_.has_value()) {
      CheckTimes();
    } else if (clock_.Elapsed() - *ended_ > kDrainTimeout) {
      return;
    }
    // poll skips negative descriptors.
    pollfd polled[4] = {{stdout_.get(), POLLIN, 0},
                        {stderr_.get(), POLLIN, 0},
                        {status_.get(), POLLIN, 0},
                        {killed_as_.has_value() ? -1 : stop_.fd(), POLLIN, 0}};
    if (poll(polled, 4, PollTimeoutMs()) <= 0) continue;
    if (polled[0].revents != 0) ReadOutput(stdout_, output);
    if (polled[1].revents != 0) ReadOutput(stderr_, errors == nullptr ? output : *errors);
    if (polled[2].revents != 0) ReadStatus();
  }
}

absl::StatusOr<ProcessResult> ProcessRun::Finish() {
  while (waitpid(supervisor_, nullptr, 0) < 0 && errno == EINTR) {
  }
  if (fork_error_ != 0) return SystemError(fork_error_, "cannot start a process");
  if (exec_error_ != 0) return SystemError(exec_error_, absl::StrCat("cannot run \"", spec_.argv[0], "\""));
  if (!wait_status_.has_value()) {
    // Somebody killed the supervisor; the leader died with it, the rest of its group must too.
    if (leader_ > 0) kill(-leader_, SIGKILL);
    domain::FailureEvidence evidence;
    evidence.supervisor_killed = true;
    return TaskFailure(evidence, "the process that supervised the program was killed");
  }
  ProcessResult result;
  if (killed_as_.has_value()) {
    result.ending = *killed_as_;
  } else if (WIFSIGNALED(*wait_status_)) {
    result.ending = ProcessResult::Ending::kSignalled;
  }
  if (WIFSIGNALED(*wait_status_)) result.signal = WTERMSIG(*wait_status_);
  if (WIFEXITED(*wait_status_)) result.exit_code = WEXITSTATUS(*wait_status_);
  return result;
}

}  // namespace

absl::StatusOr<ProcessResult> Subprocess::Run(const ProcessSpec& spec, const StopToken& stop, OutputSink& output,
                                              OutputSink* errors) const {
  // A program that must not go on is not begun.
  if (stop.stopped()) return ProcessResult{ProcessResult::Ending::kStopped};
  if (spec.timeout <= absl::ZeroDuration()) return ProcessResult{ProcessResult::Ending::kTimedOut};
  ProcessRun run(clock_, spec, stop);
  FLEET_RETURN_IF_ERROR(run.Start(errors != nullptr));
  if (metrics_ != nullptr) metrics_->ProcessStarted();
  run.Watch(output, errors);
  absl::StatusOr<ProcessResult> result = run.Finish();
  if (metrics_ != nullptr) metrics_->ProcessEnded();
  return result;
}

}  // namespace fleet::runner
