#include "common/domain/pull_request_url.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "common/domain/bounds.h"
#include "common/domain/character_rules.h"
#include "common/domain/clone_url_key.h"
#include "common/domain/text.h"

namespace fleet::domain {
namespace {

// Of "host", "host:port", "[address]" or "[address]:port".
std::string WithoutPort(absl::string_view authority) {
  const std::size_t colon = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');
  const bool is_port = colon != absl::string_view::npos && (bracket == absl::string_view::npos || colon > bracket);
  authority = authority.substr(0, is_port ? colon : authority.size());
  while (absl::ConsumeSuffix(&authority, ".")) {
  }
  return absl::AsciiStrToLower(authority);
}

// Programs disagree on where a host ends that is followed by "@", "\" or a character that is not of hosts.
bool IsPlainAuthority(absl::string_view authority) {
  return !authority.empty() && std::all_of(authority.begin(), authority.end(), [](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '-' || c == ':' || c == '[' ||
           c == ']';
  });
}

}  // namespace

std::string PullRequestUrlProblem(absl::string_view url, absl::string_view clone_url) {
  if (url.size() > kMaxUrl) return "is longer than 2,000 bytes";
  if (const std::string first = FirstNonAscii(url); !first.empty()) {
    return absl::StrCat("holds ", first, ": percent-encode it");
  }
  if (!absl::ConsumePrefix(&url, "https://")) return "is not https";
  const absl::string_view authority = url.substr(0, url.find('/'));
  if (!IsPlainAuthority(authority)) return "has no plain host";
  const std::string host = WithoutPort(authority);
  const std::string key = CloneUrlKey(clone_url);
  const std::string repository_host = WithoutPort(absl::string_view(key).substr(0, key.find('/')));
  if (repository_host.empty()) return "is on a host, and the repository is not";
  const bool is_same = host == repository_host || absl::StrCat("ssh.", host) == repository_host ||
                       absl::StrCat("altssh.", host) == repository_host;
  return is_same ? "" : absl::StrCat("is on ", host, ", and the repository on ", repository_host);
}

TaskReport WithoutPullRequest(TaskReport report, absl::string_view problem) {
  report.pull_request_url.clear();
  if (report.outcome == Outcome::kPullRequestOpened || report.outcome == Outcome::kPullRequestUpdated) {
    // A runner that names no commit has not said what there is on the branch.
    report.outcome = report.commit.empty() ? Outcome::kUnspecified : Outcome::kBranchPushed;
  }
  std::string& log = report.texts.log_tail;
  if (!log.empty() && log.back() != '\n') log.push_back('\n');
  absl::StrAppend(&log, "==> fleet: pull_request_url is left out: it ", problem, "\n");
  log = KeepTail(std::move(log), kMaxLogTail);
  return report;
}

}  // namespace fleet::domain
