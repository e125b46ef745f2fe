#include "common/domain/character_rules.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "common/domain/utf8_reader.h"
#include "utf8proc.h"

namespace fleet::domain {
namespace {

bool IsIn(char32_t code_point, char32_t first, char32_t last) { return code_point >= first && code_point <= last; }

utf8proc_category_t CategoryOf(char32_t code_point) {
  return utf8proc_category(static_cast<utf8proc_int32_t>(code_point));
}

bool IsControl(char32_t code_point) { return code_point < 0x20 || IsIn(code_point, 0x7F, 0x9F); }

// Marks that enclose the digits behind them: format characters by their category, but they show.
bool IsPrependedMark(char32_t code_point) {
  return IsIn(code_point, 0x600, 0x605) || code_point == 0x6DD || code_point == 0x70F ||
         IsIn(code_point, 0x890, 0x891) || code_point == 0x8E2 || code_point == 0x110BD || code_point == 0x110CD;
}

// What scripts and emoji need between or behind visible characters.
bool IsJoiner(char32_t code_point) {
  return IsIn(code_point, 0x200C, 0x200D) || IsIn(code_point, 0xFE00, 0xFE0F) || IsIn(code_point, 0xE0100, 0xE01EF) ||
         IsIn(code_point, 0x180B, 0x180D) || code_point == 0x180F || code_point == 0x34F;
}

// Unicode's "default ignorable", format characters, separators of lines, what is no character at all, and the Braille
// pattern without a dot.
bool IsInvisible(char32_t code_point) {
  if (code_point < 0xA0) return false;
  if (utf8proc_get_property(static_cast<utf8proc_int32_t>(code_point))->ignorable) return true;
  // Reserved to be ignored; the library does not know them.
  if (code_point == 0x2065 || IsIn(code_point, 0xFFF0, 0xFFF8) || IsIn(code_point, 0xE0000, 0xE0FFF)) return true;
  if (IsIn(code_point, 0xFDD0, 0xFDEF) || (code_point & 0xFFFE) == 0xFFFE || code_point == 0x2800) return true;
  switch (CategoryOf(code_point)) {
    case UTF8PROC_CATEGORY_CF:
      return !IsPrependedMark(code_point);
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
      return true;
    default:
      return false;
  }
}

bool IsForeignBlank(char32_t code_point) {
  return code_point >= 0xA0 && CategoryOf(code_point) == UTF8PROC_CATEGORY_ZS;
}

std::string CodePoint(char32_t code_point) { return absl::StrFormat("U+%04X", static_cast<unsigned>(code_point)); }

const char* NameOfControl(char32_t code_point) {
  if (code_point == 0) return "NUL byte ";
  return code_point == '\r' ? "carriage return " : "control character ";
}

// What is wrong with `code_point`, which `rest` follows; empty if it may stand there.
std::string Problem(char32_t code_point, absl::string_view rest, TextKind kind) {
  if (IsControl(code_point)) {
    const bool ends_line = code_point == '\r' && (rest.empty() || rest.front() == '\n');
    if (kind == TextKind::kLines && (code_point == '\n' || code_point == '\t' || ends_line)) return "";
    return absl::StrCat("holds the ", NameOfControl(code_point), CodePoint(code_point));
  }
  if (kind != TextKind::kName && IsJoiner(code_point)) return "";
  if (IsInvisible(code_point)) return absl::StrCat("holds the invisible character ", CodePoint(code_point));
  if (kind == TextKind::kName && IsForeignBlank(code_point)) {
    return absl::StrCat("holds the blank ", CodePoint(code_point));
  }
  return "";
}

bool IsPlain(char c) { return c >= 0x20 && c < 0x7F; }

}  // namespace

std::optional<BadCharacter> FindBadCharacter(absl::string_view text, TextKind kind) {
  BadCharacter place{"", 0, 1, 0};
  while (!text.empty()) {
    ++place.character;
    ++place.column;
    // Nearly all that is read.
    if (IsPlain(text.front())) {
      text.remove_prefix(1);
      continue;
    }
    const std::optional<Utf8Character> next = FirstCharacter(text);
    if (!next.has_value()) {
      place.what = absl::StrFormat("is not UTF-8: byte %02X", static_cast<unsigned char>(text.front()));
      return place;
    }
    text.remove_prefix(next->size);
    place.what = Problem(next->code_point, text, kind);
    if (!place.what.empty()) return place;
    if (next->code_point == '\n') {
      ++place.line;
      place.column = 0;
    }
  }
  return std::nullopt;
}

std::string CharacterProblem(absl::string_view text, TextKind kind) {
  const std::optional<BadCharacter> bad = FindBadCharacter(text, kind);
  return bad.has_value() ? absl::StrCat(bad->what, " at character ", bad->character) : "";
}

bool MayStandInLine(char32_t code_point) {
  return !IsControl(code_point) && (IsJoiner(code_point) || !IsInvisible(code_point));
}

std::string FirstNonAscii(absl::string_view text) {
  for (std::size_t character = 1; !text.empty(); ++character) {
    if (IsPlain(text.front()) && text.front() != ' ') {
      text.remove_prefix(1);
      continue;
    }
    const std::optional<Utf8Character> next = FirstCharacter(text);
    const auto byte = static_cast<unsigned char>(text.front());
    return absl::StrCat(next.has_value() ? CodePoint(next->code_point) : absl::StrFormat("byte %02X", byte),
                        " at character ", character);
  }
  return "";
}

bool IsBlank(absl::string_view text) {
  Utf8Reader reader(text);
  while (const std::optional<char32_t> next = reader.Next()) {
    const bool is_space = *next < 0x80 && absl::ascii_isspace(static_cast<unsigned char>(*next));
    if (!is_space && !IsInvisible(*next) && !IsJoiner(*next) && !IsForeignBlank(*next)) return false;
  }
  return true;
}

}  // namespace fleet::domain
