// Reads text code point by code point. What is not valid UTF-8 comes out as U+FFFD, so that no caller meets broken
// text.
#ifndef FLEET_CLI_FLEETCTL_OUTPUT_UTF8_READER_H_
#define FLEET_CLI_FLEETCTL_OUTPUT_UTF8_READER_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace fleet::cli {

class Utf8Reader {
 public:
  // `text` must outlive the reader.
  explicit Utf8Reader(absl::string_view text) : text_(text) {}

  // The next code point; nullopt at the end. Overlong forms and surrogates count as invalid.
  std::optional<char32_t> Next();
  // The byte offset after the code point that Next() returned last.
  std::size_t position() const { return position_; }

 private:
  absl::string_view text_;
  std::size_t position_ = 0;
};

// Appends `code_point`, which must be valid, to `text`.
void AppendUtf8(char32_t code_point, std::string& text);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_OUTPUT_UTF8_READER_H_
