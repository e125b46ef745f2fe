#include "workers/task_runner/clean_text.h"

#include <cstdint>

namespace fleet::runner {
namespace {

constexpr char kReplacement[] = "\xEF\xBF\xBD";

bool IsContinuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

// The length of the valid character at the start of `text`, or 0.
std::size_t CharacterLength(absl::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  if (lead < 0x80) return 1;
  std::size_t length = 0;
  uint32_t code = 0;
  uint32_t least = 0;
  if ((lead & 0xE0) == 0xC0) {
    length = 2, code = lead & 0x1Fu, least = 0x80;
  } else if ((lead & 0xF0) == 0xE0) {
    length = 3, code = lead & 0x0Fu, least = 0x800;
  } else if ((lead & 0xF8) == 0xF0) {
    length = 4, code = lead & 0x07u, least = 0x10000;
  }
  if (length == 0 || text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[i])) return 0;
    code = (code << 6) | (static_cast<unsigned char>(text[i]) & 0x3Fu);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < least || code > 0x10FFFF || surrogate ? 0 : length;
}

}  // namespace

std::string CleanText(absl::string_view text, std::size_t limit, Keep keep) {
  std::string clean;
  clean.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = CharacterLength(text);
    if (length == 0) {
      clean += kReplacement;
    } else if (text[0] != '\0') {
      clean.append(text.data(), length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  if (clean.size() <= limit) return clean;
  if (keep == Keep::kStart) {
    std::size_t end = limit;
    while (end > 0 && IsContinuation(clean[end])) --end;
    clean.resize(end);
  } else {
    std::size_t start = clean.size() - limit;
    while (start < clean.size() && IsContinuation(clean[start])) ++start;
    clean.erase(0, start);
  }
  return clean;
}

std::string RedactCredentials(absl::string_view text) {
  constexpr absl::string_view kSeparator = "://";
  std::string redacted;
  while (true) {
    const std::size_t at = text.find(kSeparator);
    if (at == absl::string_view::npos) break;
    const std::size_t start = at + kSeparator.size();
    redacted.append(text.data(), start);
    text.remove_prefix(start);
    const absl::string_view authority = text.substr(0, text.find_first_of("/?# \t\r\n'\""));
    const std::size_t sign = authority.rfind('@');
    if (sign == absl::string_view::npos) continue;
    redacted += "***";
    text.remove_prefix(sign);
  }
  redacted.append(text.data(), text.size());
  return redacted;
}

}  // namespace fleet::runner
