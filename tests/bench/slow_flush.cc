// A library to preload (LD_PRELOAD) into a PostgreSQL server of a benchmark: a flush of its log takes at least
// FLEET_FLUSH_MS milliseconds, so that a slow disk can be measured on any machine. What checkpoints flush is left
// alone: they write while nobody waits. See tests/bench/server.sh.
#include <dlfcn.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

namespace {

using Flush = int (*)(int);

constexpr int64_t kSecond = 1'000'000'000;

int64_t ReadLeastNanoseconds() {
  const char* milliseconds = std::getenv("FLEET_FLUSH_MS");
  return milliseconds == nullptr ? 0 : static_cast<int64_t>(std::strtod(milliseconds, nullptr) * 1e6);
}

// Found when the library is loaded: nobody flushes before.
const int64_t kLeastNanoseconds = ReadLeastNanoseconds();
const auto kFsync = reinterpret_cast<Flush>(dlsym(RTLD_NEXT, "fsync"));
const auto kFdatasync = reinterpret_cast<Flush>(dlsym(RTLD_NEXT, "fdatasync"));

// Asked at every flush, since descriptors change hands: some microseconds, of milliseconds.
bool IsOfTheLog(int fd) {
  char link[32];
  char path[4096];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t length = readlink(link, path, sizeof path - 1);
  if (length <= 0) return false;
  path[length] = '\0';
  return std::strstr(path, "/pg_wal/") != nullptr;
}

int FlushSlowly(Flush flush, int fd) {
  if (!IsOfTheLog(fd)) return flush(fd);
  timespec until{};
  clock_gettime(CLOCK_MONOTONIC, &until);
  const int64_t nanoseconds = until.tv_nsec + kLeastNanoseconds;
  until.tv_sec += nanoseconds / kSecond;
  until.tv_nsec = nanoseconds % kSecond;
  const int result = flush(fd);
  const int error = errno;
  // Or the kernel adds 50 microseconds.
  prctl(PR_SET_TIMERSLACK, 1UL);
  while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) {
  }
  errno = error;
  return result;
}

}  // namespace

extern "C" int fsync(int fd) { return FlushSlowly(kFsync, fd); }
extern "C" int fdatasync(int fd) { return FlushSlowly(kFdatasync, fd); }
