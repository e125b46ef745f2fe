#include "common/domain/clone_url_key.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "common/domain/ascii.h"

namespace fleet::domain {
namespace {

bool IsDigits(absl::string_view text) { return std::all_of(text.begin(), text.end(), IsDigit); }

// With characters that need no escape unescaped, and the other escapes in capitals.
std::string Unescape(absl::string_view path) {
  std::string text;
  while (!path.empty()) {
    const bool is_escape = path[0] == '%' && path.size() >= 3 && IsHex(path[1]) && IsHex(path[2]);
    if (!is_escape) {
      text.push_back(path[0]);
      path.remove_prefix(1);
      continue;
    }
    const std::string byte = absl::HexStringToBytes(path.substr(1, 2));
    absl::StrAppend(&text, IsUnreserved(byte[0]) ? byte : absl::AsciiStrToUpper(path.substr(0, 3)));
    path.remove_prefix(3);
  }
  return text;
}

// Without empty segments, "." and "..", and without what stands at the end for ".git" or nothing.
std::string PathKey(absl::string_view path) {
  std::vector<absl::string_view> segments;
  for (const absl::string_view segment : absl::StrSplit(path, '/', absl::SkipEmpty())) {
    if (segment == ".") continue;
    if (segment != "..") {
      segments.push_back(segment);
    } else if (!segments.empty()) {
      segments.pop_back();
    }
  }
  if (!segments.empty() && absl::ConsumeSuffix(&segments.back(), ".git") && segments.back().empty()) {
    segments.pop_back();
  }
  return absl::StrJoin(segments, "/");
}

absl::string_view DefaultPort(absl::string_view scheme) {
  if (scheme == "https") return "443";
  if (scheme == "http") return "80";
  return scheme == "git" ? "9418" : "22";
}

std::string HostKey(absl::string_view authority, absl::string_view scheme) {
  authority.remove_prefix(authority.rfind('@') + 1);  // npos + 1 is 0
  absl::string_view port;
  const std::size_t colon = authority.rfind(':');
  const std::size_t bracket = authority.rfind(']');
  const bool is_after_address = bracket == absl::string_view::npos || colon > bracket;
  if (colon != absl::string_view::npos && is_after_address && IsDigits(authority.substr(colon + 1))) {
    port = authority.substr(colon + 1);
    authority = authority.substr(0, colon);
  }
  while (absl::ConsumePrefix(&port, "0")) {
  }
  while (absl::ConsumeSuffix(&authority, ".")) {
  }
  const std::string host = absl::AsciiStrToLower(authority);
  return port.empty() || port == DefaultPort(scheme) ? host : absl::StrCat(host, ":", port);
}

// "[user@]host:path", also "[user@host:port]:path" with brackets of its own.
std::string ScpKey(absl::string_view url) {
  const std::size_t bracket = url.find('[');
  const std::size_t close = url.find("]:");
  const std::size_t colon = bracket < url.find(':') && close != absl::string_view::npos ? close + 1 : url.find(':');
  absl::string_view authority = url.substr(0, colon);
  const absl::string_view inner =
      bracket < close && close + 1 == colon ? authority.substr(bracket + 1, close - bracket - 1) : "";
  const bool is_address = std::count(inner.begin(), inner.end(), ':') > 1;
  if (!inner.empty() && !is_address) authority = inner;
  return absl::StrCat(HostKey(authority, "ssh"), "/", PathKey(url.substr(colon + 1)));
}

}  // namespace

std::string CloneUrlKey(absl::string_view url) {
  const std::size_t scheme_end = url.find("://");
  const std::size_t colon = url.find(':');
  if (scheme_end == absl::string_view::npos || scheme_end > colon) {
    if (colon == absl::string_view::npos || url.find('/') < colon) return absl::StrCat("/", PathKey(url));
    return ScpKey(url);
  }
  const std::string scheme = absl::AsciiStrToLower(url.substr(0, scheme_end));
  const absl::string_view rest = url.substr(scheme_end + 3);
  if (scheme == "file") return absl::StrCat("/", PathKey(Unescape(rest)));
  const std::size_t end = std::min(rest.find('/'), rest.size());
  return absl::StrCat(HostKey(rest.substr(0, end), scheme), "/", PathKey(Unescape(rest.substr(end))));
}

}  // namespace fleet::domain
