#include "common/domain/compare_url.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/domain/ascii.h"
#include "common/domain/clone_url_key.h"

namespace fleet::domain {
namespace {

struct Forge {
  absl::string_view clone_host;  // as CloneUrlKey has it
  absl::string_view web_host;
  absl::string_view page;
  bool has_groups = false;  // of repositories, within each other
  bool needs_base = false;
};

constexpr Forge kForges[] = {
    {"github.com", "github.com", "/compare/"},
    {"ssh.github.com:443", "github.com", "/compare/"},
    {"gitlab.com", "gitlab.com", "/-/compare/", true, true},
    {"altssh.gitlab.com:443", "gitlab.com", "/-/compare/", true, true},
    {"codeberg.org", "codeberg.org", "/compare/"},
    {"gitea.com", "gitea.com", "/compare/"},
};

// None of the forges has a name with other characters.
bool IsRepositoryPath(absl::string_view path, bool has_groups) {
  const auto slashes = std::count(path.begin(), path.end(), '/');
  return (slashes == 1 || (has_groups && slashes > 1)) &&
         std::all_of(path.begin(), path.end(), [](char c) { return (IsUnreserved(c) && c != '~') || c == '/'; });
}

// Slashes are parts of a branch's name, and stay.
std::string Escape(absl::string_view branch) {
  std::string text;
  for (const char c : branch) {
    if (IsUnreserved(c) || c == '/') {
      text.push_back(c);
    } else {
      absl::StrAppendFormat(&text, "%%%02X", static_cast<unsigned char>(c));
    }
  }
  return text;
}

}  // namespace

std::string CompareUrl(absl::string_view clone_url, absl::string_view base, absl::string_view branch) {
  const std::string key = CloneUrlKey(clone_url);
  const std::size_t slash = key.find('/');
  const absl::string_view host = absl::string_view(key).substr(0, slash);
  const Forge* const forge =
      std::find_if(std::begin(kForges), std::end(kForges), [&](const Forge& each) { return each.clone_host == host; });
  if (forge == std::end(kForges) || (base.empty() && forge->needs_base)) return "";
  const absl::string_view path = absl::string_view(key).substr(slash + 1);
  if (!IsRepositoryPath(path, forge->has_groups)) return "";
  const std::string start = base.empty() ? "" : absl::StrCat(Escape(base), "...");
  return absl::StrCat("https://", forge->web_host, "/", path, forge->page, start, Escape(branch));
}

}  // namespace fleet::domain
