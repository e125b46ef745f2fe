#include "workers/task_runner/process_hardening.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <unistd.h>

namespace fleet::runner {

void HardenProcess() {
  int fd = 0;
  do {
    fd = open("/dev/null", O_RDWR);
  } while (fd >= 0 && fd <= 2);
  if (fd > 2) close(fd);
  prctl(PR_SET_DUMPABLE, 0);
}

}  // namespace fleet::runner
