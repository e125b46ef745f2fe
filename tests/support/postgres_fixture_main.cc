// The ctest fixture "postgres": one PostgreSQL cluster for all tests of a ctest run.
//
//   postgres_fixture up FILE     starts it and writes FILE: the keeper's process id, then the connection URL
//   postgres_fixture down FILE   ends it
//
// A keeper process in the background holds the cluster. It also ends it when ctest is gone, however ctest ended.
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "tests/support/postgres_server.h"

namespace {

using fleet::testing::PostgresServer;

constexpr int kStopLimitMilliseconds = 60'000;

int OpenProcess(pid_t pid) { return static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); }

bool WriteUrl(const std::string& path, const std::string& url) {
  umask(077);
  std::remove(path.c_str());
  std::ofstream file(path);
  file << getpid() << "\n" << url << "\n";
  file.close();
  return file.good();
}

// Runs in the background; `ready` is closed after one byte once the cluster answers.
int Keep(const std::string& path, int run, int ready) {
  sigset_t terminate;
  sigemptyset(&terminate);
  sigaddset(&terminate, SIGTERM);
  sigprocmask(SIG_BLOCK, &terminate, nullptr);
  const int terminated = signalfd(-1, &terminate, SFD_CLOEXEC);
  auto server = PostgresServer::Start();
  if (!server.ok() || !WriteUrl(path, (*server)->Url())) {
    const std::string message = server.ok() ? "cannot write " + path : server.status().ToString();
    return write(ready, message.data(), message.size()) < 0 ? 2 : 1;
  }
  if (write(ready, "", 1) != 1) return 1;
  close(ready);
  pollfd waiting[] = {{run, POLLIN, 0}, {terminated, POLLIN, 0}};
  while (poll(waiting, 2, -1) < 0) {
  }
  std::remove(path.c_str());
  return 0;
}

int Up(const std::string& path) {
  const int run = OpenProcess(getppid());
  int ready[2];
  if (run < 0 || pipe2(ready, O_CLOEXEC) != 0) return 1;
  const pid_t child = fork();
  if (child == 0) {
    setsid();
    // ctest waits until nobody holds a test's output.
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null, descriptor);
    close(ready[0]);
    return Keep(path, run, ready[1]);
  }
  close(ready[1]);
  char answer[4096];
  const ssize_t size = read(ready[0], answer, sizeof(answer));
  if (size == 1 && answer[0] == '\0') return 0;
  const std::string message(answer, size > 0 ? static_cast<std::size_t>(size) : 0);
  std::fprintf(stderr, "PostgreSQL did not start: %s\n", message.c_str());
  return 1;
}

int Down(const std::string& path) {
  std::ifstream file(path);
  pid_t keeper = 0;
  if (!(file >> keeper)) return 0;
  const int process = OpenProcess(keeper);
  std::string name;
  std::ifstream(absl::StrCat("/proc/", keeper, "/comm")) >> name;
  // A number left by an earlier run may name another process by now.
  if (process < 0 || absl::string_view("postgres_fixture").substr(0, 15) != name) return 0;
  syscall(SYS_pidfd_send_signal, process, SIGTERM, nullptr, 0);
  pollfd waiting{process, POLLIN, 0};
  return poll(&waiting, 1, kStopLimitMilliseconds) == 1 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string action = argc == 3 ? argv[1] : "";
  if (action == "up") return Up(argv[2]);
  if (action == "down") return Down(argv[2]);
  std::fprintf(stderr, "usage: postgres_fixture up|down FILE\n");
  return 2;
}
