#include "cli/fleetctl/output/text_sanitizer.h"

#include <optional>

#include "common/domain/character_rules.h"
#include "common/domain/utf8_reader.h"

namespace fleet::cli {
namespace {

constexpr char32_t kEscape = 0x1B;
constexpr char32_t kBell = 0x07;
constexpr char32_t kControlSequence = 0x9B;  // the one-character form of ESC [

// Skips the parameters of a control sequence and its final character.
void SkipControlSequence(domain::Utf8Reader& reader) {
  while (const std::optional<char32_t> next = reader.Next()) {
    if (*next >= 0x40 && *next <= 0x7E) return;
    if (*next < 0x20 || *next > 0x7E) return;  // not a sequence after all: nothing more is taken
  }
}

// Skips a string that ends with BEL or ESC \ or with the line: an unended one must not swallow the rest of a log.
void SkipControlString(domain::Utf8Reader& reader) {
  bool escaped = false;
  while (const std::optional<char32_t> next = reader.Next()) {
    if (*next == kBell || *next == '\n' || *next == 0x9C) return;
    if (escaped && *next == '\\') return;
    escaped = *next == kEscape;
  }
}

void SkipEscapeSequence(domain::Utf8Reader& reader) {
  const std::optional<char32_t> next = reader.Next();
  if (!next.has_value()) return;
  if (*next == '[') {
    SkipControlSequence(reader);
  } else if (*next == ']' || *next == 'P' || *next == 'X' || *next == '^' || *next == '_') {
    SkipControlString(reader);
  } else if (*next >= 0x20 && *next <= 0x2F) {
    reader.Next();  // an intermediate character, then the final one
  }
}

std::string Sanitize(absl::string_view text, bool keep_lines) {
  std::string safe;
  safe.reserve(text.size());
  domain::Utf8Reader reader(text);
  bool after_return = false;
  while (const std::optional<char32_t> next = reader.Next()) {
    const bool line_feed_of_pair = after_return && *next == '\n';
    after_return = *next == '\r';
    if (line_feed_of_pair) continue;
    if (*next == kEscape) {
      SkipEscapeSequence(reader);
    } else if (*next == kControlSequence) {
      SkipControlSequence(reader);
    } else if (*next == '\n' || *next == '\r' || *next == '\t') {
      if (keep_lines) {
        safe.push_back(*next == '\t' ? '\t' : '\n');
      } else if (!safe.empty() && safe.back() != ' ') {
        safe.push_back(' ');
      }
    } else if (domain::MayStandInLine(*next)) {
      domain::AppendUtf8(*next, safe);
    }
  }
  while (!keep_lines && !safe.empty() && safe.back() == ' ') safe.pop_back();
  return safe;
}

}  // namespace

std::string SanitizeLine(absl::string_view text) { return Sanitize(text, false); }

std::string SanitizeText(absl::string_view text) { return Sanitize(text, true); }

}  // namespace fleet::cli
