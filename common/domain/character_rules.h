// Which characters may stand in a text from outside: what nobody sees makes two names that look alike, or a line that
// reads otherwise than it runs. Pure.
#ifndef FLEET_COMMON_DOMAIN_CHARACTER_RULES_H_
#define FLEET_COMMON_DOMAIN_CHARACTER_RULES_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace fleet::domain {

// What a text is for. None may hold controls, directions of writing (bidi), tags, byte order marks and the like.
enum class TextKind {
  kName,   // a name, reference, URL or path: everything in it shows, and its only blank is the space
  kLine,   // a line for people: also blanks of other scripts, and what joins letters or chooses a glyph (ZWJ, ZWNJ,
           // variation selectors)
  kLines,  // the same over several lines, which end with LF or CRLF; also tabs
};

struct BadCharacter {
  std::string what;           // "holds the invisible character U+200B", "is not UTF-8: byte FF"
  std::size_t character = 0;  // its place in the text, in characters from 1
  std::size_t line = 0;       // from 1
  std::size_t column = 0;     // its place in the line, in characters from 1
};

// The first character that may not stand in a text of this kind, if there is one.
std::optional<BadCharacter> FindBadCharacter(absl::string_view text, TextKind kind);
// The same as words behind a field's name, "holds the invisible character U+200B at character 34"; empty if all is
// well.
std::string CharacterProblem(absl::string_view text, TextKind kind);

// Whether a character may stand in a text of kind kLine.
bool MayStandInLine(char32_t code_point);

// The first character that is not printable ASCII without the space: "U+00E9 at character 6"; empty if there is none.
std::string FirstNonAscii(absl::string_view text);

// Whether there is nothing to see: white space, also of other scripts, and characters without a glyph.
bool IsBlank(absl::string_view text);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_CHARACTER_RULES_H_
