#include "workers/task_runner/host_identity.h"

#include <pwd.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"

namespace fleet::runner {

std::string LoginName() {
  const passwd* entry = getpwuid(geteuid());
  return entry == nullptr ? absl::StrCat("uid-", geteuid()) : entry->pw_name;
}

std::string HostName() {
  char name[256] = "";
  gethostname(name, sizeof(name) - 1);
  return *name == '\0' ? "runner" : name;
}

}  // namespace fleet::runner
