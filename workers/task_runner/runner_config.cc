#include "workers/task_runner/runner_config.h"

#include <unistd.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "common/domain/bounds.h"
#include "common/domain/caller.h"
#include "common/domain/identifiers.h"
#include "common/status/status_macros.h"

namespace fleet::runner {
namespace {

absl::Status Wrong(absl::string_view flag, absl::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat("--", flag, ": ", problem));
}

absl::Status ValidateGit(const GitSettings& git) {
  if (git.protocols.empty()) return Wrong("git_protocols", "at least one is needed");
  for (const std::string& protocol : git.protocols) {
    // Transport helpers such as "ext" run what the URL says.
    if (protocol != "https" && protocol != "http" && protocol != "ssh" && protocol != "git" && protocol != "file") {
      return Wrong("git_protocols", absl::StrCat("\"", protocol, "\" is none of https, http, ssh, git, file"));
    }
  }
  if (git.config_file.empty()) return absl::OkStatus();
  if (!absl::StartsWith(git.config_file, "/")) return Wrong("git_config", "must be an absolute path");
  if (access(git.config_file.c_str(), R_OK) != 0) return Wrong("git_config", "cannot be read");
  return absl::OkStatus();
}

}  // namespace

absl::Status RunnerConfig::Validate() const {
  if (servers.empty()) return Wrong("servers", "at least one is needed");
  for (const std::string& server : servers) {
    if (!absl::StrContains(server, ":")) return Wrong("servers", absl::StrCat("\"", server, "\" is not host:port"));
  }
  if (!domain::IsUserName(user)) return Wrong("user", "must be 1 to 128 printable characters without space");
  if (name.empty() || name.size() > domain::kMaxRunnerName) return Wrong("name", "must be 1 to 128 characters");
  if (!domain::IsPoolName(pool)) return Wrong("pool", "must match [a-z][a-z0-9-]{0,62}");
  if (slots < 1 || slots > 500) return Wrong("slots", "must be from 1 to 500");
  if (!absl::StartsWith(work_dir, "/")) return Wrong("work_dir", "must be an absolute path");
  if (drain_timeout < absl::ZeroDuration()) return Wrong("drain_timeout", "must not be negative");
  if (disk_reserve.bytes < DiskReserve::kDefault) return Wrong("disk_reserve", "must be -1, 0 or a number of bytes");
  if (disk_reserve.files < DiskReserve::kDefault) return Wrong("file_reserve", "must be -1, 0 or a number of files");
  if (!port_file.empty() && metrics_listen.empty())
    return Wrong("port_file", "there is no port without --metrics_listen");
  FLEET_RETURN_IF_ERROR(tracing.Validate());
  FLEET_RETURN_IF_ERROR(ValidateGit(git));
  return ReadStepSettings(step_settings).status();
}

}  // namespace fleet::runner
