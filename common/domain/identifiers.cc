#include "common/domain/identifiers.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/domain/ascii.h"
#include "common/domain/bounds.h"
#include "common/domain/character_rules.h"

namespace fleet::domain {
namespace {

constexpr char kNoCloneUrl[] = "is not an https, http, ssh, git or file URL, nor [user@]host:path";

// A forge's own URL for copying may have the user's name in it; a token stands at the same place, so that it is not
// repeated here.
constexpr char kCredentials[] =
    "holds credentials: leave out what stands before \"@\", also a mere user name; credentials come from --git_config "
    "of "
    "the runner";

constexpr std::size_t kMaxRepoLength = 200;

// Of fleets that ask for no other.
constexpr absl::string_view kUsualBranch = "fleet/{{fleet}}";

bool AllOf(absl::string_view text, bool (*accepts)(char)) { return std::all_of(text.begin(), text.end(), accepts); }

// A positive number without leading zeros or sign.
std::optional<int32_t> ParseNumber(absl::string_view text, bool allow_zero) {
  int32_t value = 0;
  if (text.empty() || text.size() > 9 || !AllOf(text, IsDigit) || (text[0] == '0' && text.size() > 1)) {
    return std::nullopt;
  }
  if (!absl::SimpleAtoi(text, &value) || (value == 0 && !allow_zero)) return std::nullopt;
  return value;
}

bool IsSlug(absl::string_view text) {
  return !text.empty() && IsLower(text[0]) && AllOf(text, [](char c) { return IsLower(c) || IsDigit(c) || c == '-'; });
}

// The characters of a repository's parts.
bool IsRepoCharacter(char c) { return IsAlnum(c) || c == '.' || c == '_' || c == '-'; }

std::string RepoPartProblem(absl::string_view part) {
  if (part.empty()) return "has an empty part";
  if (part == "." || part == "..") return "has \".\" or \"..\" as a part";
  if (part[0] == '-') return "has a part that starts with \"-\"";
  if (!AllOf(part, IsRepoCharacter)) {
    return "may only have letters, digits, \".\", \"_\" and \"-\" in its parts";
  }
  return "";
}

// Between "://" and the path; empty without a scheme.
absl::string_view AuthorityOf(absl::string_view url) {
  const std::size_t scheme_end = url.find("://");
  if (scheme_end == absl::string_view::npos) return url.substr(0, 0);
  const absl::string_view rest = url.substr(scheme_end + 3);
  return rest.substr(0, rest.find_first_of("/?#"));
}

// What is to be done about a character that a URL cannot hold depends on where it stands: hosts have an encoding of
// their own, and git takes the path of [user@]host:path as it stands.
std::string UrlCharacterProblem(absl::string_view url) {
  const std::string first = FirstNonAscii(url);
  if (first.empty()) return "";
  const std::string problem = absl::StrCat("holds ", first);
  if (!FirstNonAscii(AuthorityOf(url)).empty()) {
    return absl::StrCat(problem, ": leave it out, or write the host as it stands in the DNS (\"xn--…\")");
  }
  if (!absl::StrContains(url, "://")) {
    return absl::StrCat(problem, ": leave it out, or percent-encode it in an ssh:// URL");
  }
  return absl::StrCat(problem, ": leave it out, or percent-encode it");
}

// [user@]host:path. A user without a password is how ssh is told who logs in.
std::string ScpUrlProblem(absl::string_view url) {
  if (absl::StrContains(url, "::")) return "names a transport helper";
  const std::size_t colon = url.find(':');
  const std::size_t slash = url.find('/');
  if (colon == absl::string_view::npos || colon == 0 || slash < colon) return kNoCloneUrl;
  const absl::string_view host = url.substr(0, colon);
  const absl::string_view bare = host.substr(host.rfind('@') == absl::string_view::npos ? 0 : host.rfind('@') + 1);
  if (bare.empty() || bare[0] == '-') return "has no host";
  if (url.find('@', colon) != absl::string_view::npos) return kCredentials;
  return "";
}

std::string SchemedUrlProblem(absl::string_view url) {
  const absl::string_view scheme = url.substr(0, url.find("://"));
  if (scheme != "https" && scheme != "http" && scheme != "ssh" && scheme != "file" && scheme != "git") {
    return kNoCloneUrl;
  }
  absl::string_view authority = AuthorityOf(url);
  const std::size_t at = authority.rfind('@');
  if (at != absl::string_view::npos) {
    // ssh://git@host is a login name; anything else before "@" is, or may be, a secret.
    if (scheme != "ssh" || absl::StrContains(authority.substr(0, at), ':')) return kCredentials;
    authority.remove_prefix(at + 1);
  }
  if (scheme != "file" && (authority.empty() || authority[0] == '-')) return "has no host";
  return "";
}

// What a clone calls a branch, as the remote calls it: of "refs/heads/main" and "origin/main" "main".
absl::string_view BranchMeant(absl::string_view name) {
  for (const absl::string_view prefix : {"refs/remotes/", "remotes/"}) {
    if (absl::ConsumePrefix(&name, prefix)) return name.substr(name.find('/') + 1);
  }
  for (const absl::string_view prefix : {"refs/heads/", "heads/", "origin/"}) {
    if (absl::ConsumePrefix(&name, prefix)) return name;
  }
  return name;
}

}  // namespace

std::optional<TaskId> TaskId::Parse(absl::string_view text) {
  if (text.size() < 28 || text[26] != '-') return std::nullopt;
  const std::optional<Ulid> fleet_id = Ulid::Parse(text.substr(0, 26));
  const std::optional<int32_t> ordinal = ParseNumber(text.substr(27), false);
  if (!fleet_id.has_value() || !ordinal.has_value()) return std::nullopt;
  return TaskId{*fleet_id, *ordinal};
}

std::string TaskId::ToString() const { return absl::StrCat(fleet_id.ToString(), "-", ordinal); }

std::optional<WorkflowVersion> WorkflowVersion::Parse(absl::string_view text) {
  const std::vector<std::string> parts = absl::StrSplit(text, '.');
  if (parts.size() != 3) return std::nullopt;
  const auto major = ParseNumber(parts[0], true);
  const auto minor = ParseNumber(parts[1], true);
  const auto patch = ParseNumber(parts[2], true);
  if (!major.has_value() || !minor.has_value() || !patch.has_value()) return std::nullopt;
  return WorkflowVersion{*major, *minor, *patch};
}

std::optional<WorkflowRef> WorkflowRef::Parse(absl::string_view text) {
  if (text.size() > kMaxRepoLength) return std::nullopt;
  WorkflowRef ref;
  const std::size_t at = text.find('@');
  const absl::string_view name = text.substr(0, at);
  if (at != absl::string_view::npos) {
    ref.version = std::string(text.substr(at + 1));
    if (!WorkflowVersion::Parse(ref.version).has_value()) return std::nullopt;
  }
  const std::size_t slash = name.find('/');
  const std::size_t dash = name.rfind("-v");
  if (slash == absl::string_view::npos || dash == absl::string_view::npos || dash < slash) return std::nullopt;
  if (!IsSlug(name.substr(0, slash)) || !IsSlug(name.substr(slash + 1, dash - slash - 1))) return std::nullopt;
  const auto major = ParseNumber(name.substr(dash + 2), true);
  if (!major.has_value()) return std::nullopt;
  if (!ref.version.empty() && WorkflowVersion::Parse(ref.version)->major != *major) return std::nullopt;
  ref.name = std::string(name);
  return ref;
}

std::string WorkflowRef::ToString() const { return version.empty() ? name : absl::StrCat(name, "@", version); }

std::string RepoNameProblem(absl::string_view repo) {
  if (repo.empty()) return "is empty";
  if (repo.size() > kMaxRepoLength) return "is longer than 200 characters";
  // A letter of another script can look like one that may stand there.
  if (const std::string other = FirstNonAscii(repo); !other.empty() && !absl::StartsWith(other, "U+0020 ")) {
    return absl::StrCat("may only have letters, digits, \".\", \"_\" and \"-\" in its parts, and holds ", other);
  }
  const std::size_t slash = repo.find('/');
  if (slash == absl::string_view::npos || repo.find('/', slash + 1) != absl::string_view::npos) {
    return "is not of the form \"owner/name\"";
  }
  std::string problem = RepoPartProblem(repo.substr(0, slash));
  return problem.empty() ? RepoPartProblem(repo.substr(slash + 1)) : problem;
}

std::string RepoKey(absl::string_view repo) { return absl::AsciiStrToLower(repo); }

std::string CloneUrlProblem(absl::string_view url) {
  if (url.empty()) return "is empty";
  if (url.size() > kMaxUrl) return "is longer than 2,000 bytes";
  if (url[0] == '-') return "starts with \"-\"";
  if (std::string problem = UrlCharacterProblem(url); !problem.empty()) return problem;
  return absl::StrContains(url, "://") ? SchemedUrlProblem(url) : ScpUrlProblem(url);
}

bool IsBranchName(absl::string_view text) {
  if (text.empty() || text.size() > 250 || text[0] == '-' || text[0] == '/' || text.back() == '/' ||
      text.back() == '.') {
    return false;
  }
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f || absl::string_view("~^:?*[\\").find(c) != absl::string_view::npos) return false;
  }
  for (const absl::string_view bad : {"..", "@{", "//", "/."}) {
    if (absl::StrContains(text, bad)) return false;
  }
  if (text == "@" || text[0] == '.') return false;
  for (const std::string& part : std::vector<std::string>(absl::StrSplit(text, '/'))) {
    if (absl::EndsWith(part, ".lock")) return false;
  }
  return true;
}

std::string DefaultBranchProblem(absl::string_view text) {
  if (text.empty()) return "";
  if (text == "HEAD") return "is no branch: leave it empty for the remote's default branch, or write that branch";
  if (std::string problem = CharacterProblem(text, TextKind::kName); !problem.empty()) return problem;
  if (!IsBranchName(text)) return "cannot name a branch";
  const absl::string_view branch = BranchMeant(text);
  if (branch == "HEAD" || absl::StartsWith(branch, "refs/")) return "is no branch: write a branch's name";
  return branch == text ? "" : absl::StrCat("is no branch of the remote: write \"", branch, "\"");
}

std::string FleetBranchProblem(absl::string_view asked) {
  if (asked.empty()) return "";
  if (asked == "HEAD") return "is no branch: write a branch's name";
  if (std::string problem = DefaultBranchProblem(asked); !problem.empty()) return problem;
  const std::string name = BranchName(Ulid(), asked);
  if (absl::StrContains(name, "{{")) return "has a placeholder that is not {{fleet}}";
  return IsBranchName(name) ? "" : "is longer than 250 bytes with the fleet's id";
}

std::string BranchName(const Ulid& fleet_id, absl::string_view asked) {
  return absl::StrReplaceAll(asked.empty() ? kUsualBranch : asked,
                             {{"{{fleet}}", absl::AsciiStrToLower(fleet_id.ToString())}});
}

bool IsRequestId(absl::string_view text) {
  return !text.empty() && text.size() <= 128 &&
         AllOf(text, [](char c) { return IsAlnum(c) || c == '.' || c == '_' || c == ':' || c == '-'; });
}

bool IsPoolName(absl::string_view text) { return IsSlug(text) && text.size() <= 63; }

bool IsParameterName(absl::string_view text) {
  return !text.empty() && text.size() <= 64 && IsAlpha(text[0]) &&
         AllOf(text, [](char c) { return IsAlnum(c) || c == '_'; });
}

}  // namespace fleet::domain
