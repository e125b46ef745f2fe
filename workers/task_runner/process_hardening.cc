#include "workers/task_runner/process_hardening.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>

namespace fleet::runner {
namespace {

constexpr rlim_t kOpenFiles = 65'536;

uint64_t initial_open_files = 0;

}  // namespace

void HardenProcess() {
  int fd = 0;
  do {
    fd = open("/dev/null", O_RDWR);
  } while (fd >= 0 && fd <= 2);
  if (fd > 2) close(fd);
  prctl(PR_SET_DUMPABLE, 0);
}

void RaiseOpenFilesLimit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  initial_open_files = limit.rlim_cur;
  limit.rlim_cur = std::max(limit.rlim_cur, std::min(limit.rlim_max, kOpenFiles));
  // It may refuse; what could be opened before is enough for few slots.
  setrlimit(RLIMIT_NOFILE, &limit);
}

uint64_t InitialOpenFilesLimit() { return initial_open_files; }

}  // namespace fleet::runner
