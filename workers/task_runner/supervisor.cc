#include "workers/task_runner/supervisor.h"

#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <csignal>
#include <cstring>
#include <ctime>

#include "common/lifecycle/shutdown_signal.h"

namespace fleet::runner {
namespace {

// How long to go on killing descendants that do not die (a process in uninterruptible sleep, a fork bomb).
constexpr int64_t kMaxKillMs = 10'000;

int64_t NowMs() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

void Send(int fd, SupervisorMessage::Kind kind, int value) {
  const SupervisorMessage message{kind, value};
  [[maybe_unused]] const ssize_t written = write(fd, &message, sizeof(message));
}

// The runner's other descriptors (sockets, locks, pipes of other programs) must not live on here.
void CloseAllBut(const int (&unsorted)[6]) {
  int keep[6];
  std::memcpy(keep, unsorted, sizeof(keep));
  for (int i = 1; i < 6; ++i) {
    for (int j = i; j > 0 && keep[j] < keep[j - 1]; --j) {
      const int swapped = keep[j];
      keep[j] = keep[j - 1];
      keep[j - 1] = swapped;
    }
  }
  unsigned first = 3;
  for (const int fd : keep) {
    const auto next = static_cast<unsigned>(fd);
    if (next > first) syscall(SYS_close_range, first, next - 1, 0);
    if (next >= first) first = next + 1;
  }
  syscall(SYS_close_range, first, UINT_MAX, 0);
}

[[noreturn]] void BecomeProgram(const SupervisorPlan& plan, pid_t supervisor) {
  setpgid(0, 0);
  // The supervisor has one thread, so this fires at its death only.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != supervisor) _exit(127);
  for (int signal_number = 1; signal_number < NSIG; ++signal_number) signal(signal_number, SIG_DFL);
  umask(022);
  const rlimit no_core{0, 0};
  setrlimit(RLIMIT_CORE, &no_core);
  rlimit open_files{};
  if (plan.open_files_limit > 0 && getrlimit(RLIMIT_NOFILE, &open_files) == 0) {
    open_files.rlim_cur = plan.open_files_limit;
    setrlimit(RLIMIT_NOFILE, &open_files);
  }
  if (dup2(plan.stdin_fd, 0) == 0 && dup2(plan.stdout_fd, 1) == 1 && dup2(plan.stderr_fd, 2) == 2 &&
      chdir(plan.working_directory) == 0) {
    ShutdownSignal::ResetInChild();
    execve(plan.program, plan.argv, plan.environment);
  }
  Send(plan.status_fd, SupervisorMessage::kExecFailed, errno);
  _exit(127);
}

// The parent of a process from /proc/<name>/stat, or 0.
pid_t ParentOf(const char* name) {
  char path[64] = "/proc/";
  std::size_t length = 6;
  for (; *name != '\0'; ++name) {
    if (*name < '0' || *name > '9' || length > 40) return 0;
    path[length++] = *name;
  }
  std::memcpy(path + length, "/stat", 6);
  const int fd = open(path, O_RDONLY | O_CLOEXEC);
  if (fd < 0) return 0;
  char text[512];
  const ssize_t size = read(fd, text, sizeof(text));
  close(fd);
  // "pid (name) state ppid ...": the name may hold anything, so the last ")" ends it.
  ssize_t at = size - 1;
  while (at >= 0 && text[at] != ')') --at;
  pid_t parent = 0;
  for (at += 4; at > 3 && at < size && text[at] >= '0' && text[at] <= '9'; ++at)
    parent = parent * 10 + (text[at] - '0');
  return parent;
}

pid_t ToPid(const char* name) {
  pid_t pid = 0;
  for (; *name >= '0' && *name <= '9'; ++name) pid = pid * 10 + (*name - '0');
  return pid;
}

// Kills every child of this process, whatever group or session it is in. A child's own children become ours.
void KillChildren() {
  const int proc = open("/proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (proc < 0) return;
  alignas(dirent64) char entries[8192];
  const pid_t self = getpid();
  while (true) {
    const long size = syscall(SYS_getdents64, proc, entries, sizeof(entries));
    if (size <= 0) break;
    for (long at = 0; at < size;) {
      const auto* entry = reinterpret_cast<const dirent64*>(entries + at);
      if (ParentOf(entry->d_name) == self) kill(ToPid(entry->d_name), SIGKILL);
      at += entry->d_reclen;
    }
  }
  close(proc);
}

// Ends everything that is left and returns the leader's wait status.
int EndDescendants(pid_t leader) {
  int leader_status = 0;
  // The leader is not reaped yet, so its group cannot be another's.
  kill(-leader, SIGKILL);
  kill(leader, SIGKILL);
  const int64_t give_up = NowMs() + kMaxKillMs;
  while (true) {
    int status = 0;
    pid_t pid = 0;
    while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
      if (pid == leader) leader_status = status;
    }
    if (pid < 0 || NowMs() > give_up) return leader_status;
    KillChildren();
    const timespec pause{0, 1'000'000};
    nanosleep(&pause, nullptr);
  }
}

// Reaps orphans; returns whether the leader has ended. The leader itself stays a zombie.
bool LeaderEnded(pid_t leader) {
  while (true) {
    siginfo_t info{};
    if (waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) return false;
    if (info.si_pid == leader) return true;
    waitpid(info.si_pid, nullptr, 0);
  }
}

// Until the leader ends, or must.
void WatchLeader(const SupervisorPlan& plan, pid_t leader, int child_signals) {
  int64_t kill_at = -1;
  while (!LeaderEnded(leader)) {
    pollfd polled[2] = {{plan.control_fd, POLLIN, 0}, {child_signals, POLLIN, 0}};
    const int64_t left = kill_at < 0 ? -1 : kill_at - NowMs();
    poll(polled, 2, kill_at < 0 ? -1 : static_cast<int>(left > 0 ? left : 0));
    if (kill_at >= 0 && NowMs() >= kill_at) return;
    if (polled[1].revents != 0) {
      signalfd_siginfo ignored;
      [[maybe_unused]] const ssize_t size = read(child_signals, &ignored, sizeof(ignored));
    }
    if (polled[0].revents == 0) continue;
    char order = 0;
    if (read(plan.control_fd, &order, 1) != 1 || order == kKill) return;
    kill(-leader, SIGTERM);
    kill(-leader, SIGCONT);
    if (kill_at < 0) kill_at = NowMs() + plan.kill_grace_ms;
  }
}

}  // namespace

void Supervise(const SupervisorPlan& plan) {
  // A session of its own: Ctrl-C at the runner's terminal is for the runner to act on.
  setsid();
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, nullptr);
  prctl(PR_SET_CHILD_SUBREAPER, 1);
  sigset_t child;
  sigemptyset(&child);
  sigaddset(&child, SIGCHLD);
  signal(SIGCHLD, SIG_DFL);
  const int child_signals = signalfd(-1, &child, SFD_CLOEXEC);
  if (child_signals < 0) {
    Send(plan.status_fd, SupervisorMessage::kForkFailed, errno);
    _exit(1);
  }
  CloseAllBut({plan.control_fd, plan.status_fd, plan.stdin_fd, plan.stdout_fd, plan.stderr_fd, child_signals});

  const pid_t self = getpid();
  const pid_t leader = _Fork();
  if (leader == 0) BecomeProgram(plan, self);
  if (leader < 0) {
    Send(plan.status_fd, SupervisorMessage::kForkFailed, errno);
    _exit(1);
  }
  setpgid(leader, leader);
  close(plan.stdin_fd);
  close(plan.stdout_fd);
  if (plan.stderr_fd != plan.stdout_fd) close(plan.stderr_fd);
  Send(plan.status_fd, SupervisorMessage::kStarted, leader);
  WatchLeader(plan, leader, child_signals);
  Send(plan.status_fd, SupervisorMessage::kEnded, EndDescendants(leader));
  _exit(0);
}

}  // namespace fleet::runner
