// Reads text code point by code point. Pure.
#ifndef FLEET_COMMON_DOMAIN_UTF8_READER_H_
#define FLEET_COMMON_DOMAIN_UTF8_READER_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace fleet::domain {

struct Utf8Character {
  char32_t code_point = 0;
  std::size_t size = 0;  // bytes, 1 to 4
};

// The well-formed character (RFC 3629) at the start of `text`; nullopt if there is none. Overlong forms and surrogates
// are not well-formed.
std::optional<Utf8Character> FirstCharacter(absl::string_view text);

// What is not well-formed comes out as U+FFFD, a byte each, so that no caller meets broken text.
class Utf8Reader {
 public:
  // `text` must outlive the reader.
  explicit Utf8Reader(absl::string_view text) : text_(text) {}

  // The next code point; nullopt at the end.
  std::optional<char32_t> Next();
  // The byte offset after the code point that Next() returned last.
  std::size_t position() const { return position_; }

 private:
  absl::string_view text_;
  std::size_t position_ = 0;
};

// Appends `code_point`, which must be valid, to `text`.
void AppendUtf8(char32_t code_point, std::string& text);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_UTF8_READER_H_
