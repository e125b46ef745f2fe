#include "services/fleet/requests/page_token.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "common/status/error_info.h"

namespace fleet::service {
namespace {

// FNV-1a: tokens confer no rights, so it is enough that another question's token does not pass by accident.
uint64_t Hash(absl::string_view text) {
  uint64_t hash = 14695981039346656037ULL;
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211ULL;
  return hash;
}

std::string Seal(absl::string_view question, absl::string_view position) {
  return absl::WebSafeBase64Escape(
      absl::StrCat("1|", absl::Hex(Hash(absl::StrCat(question, "|", position))), "|", position));
}

bool Open(absl::string_view question, absl::string_view token, std::string& position) {
  std::string text;
  if (token.size() > 1000 || !absl::WebSafeBase64Unescape(token, &text)) return false;
  const std::vector<std::string> parts = absl::StrSplit(text, absl::MaxSplits('|', 2));
  if (parts.size() != 3) return false;
  position = parts[2];
  return token == Seal(question, position);
}

}  // namespace

std::string EncodePageToken(absl::string_view question, absl::string_view position) { return Seal(question, position); }

absl::StatusOr<std::string> DecodePageToken(absl::string_view question, absl::string_view token) {
  std::string position;
  if (token.empty() || Open(question, token, position)) return position;
  return InvalidField("page_token", "is not a token of this list with these filters: take it from next_page_token");
}

std::string EncodeResumeToken(absl::string_view fleet_id, const ResumePoint& point) {
  return Seal(absl::StrCat("watch|", fleet_id), absl::StrCat(point.timeline, ".", point.revision));
}

absl::StatusOr<ResumePoint> DecodeResumeToken(absl::string_view fleet_id, absl::string_view token) {
  std::string position;
  ResumePoint point;
  if (Open(absl::StrCat("watch|", fleet_id), token, position)) {
    const std::vector<std::string> parts = absl::StrSplit(position, '.');
    if (parts.size() == 2 && absl::SimpleAtoi(parts[0], &point.timeline) &&
        absl::SimpleAtoi(parts[1], &point.revision)) {
      return point;
    }
  }
  return InvalidField("resume_token", "is not a token of this fleet: take it from a message of WatchFleet");
}

}  // namespace fleet::service
