#include "common/domain/utf8_reader.h"

#include <algorithm>
#include <array>

#include "utf8proc.h"

namespace fleet::domain {
namespace {

constexpr char32_t kReplacementCharacter = 0xFFFD;
constexpr std::size_t kLongest = 4;  // bytes of a character

}  // namespace

std::optional<Utf8Character> FirstCharacter(absl::string_view text) {
  if (text.empty()) return std::nullopt;
  // Nearly all that is read is ASCII.
  const auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80) return Utf8Character{first, 1};
  utf8proc_int32_t code_point = 0;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto limit = static_cast<utf8proc_ssize_t>(std::min(text.size(), kLongest));
  const utf8proc_ssize_t size = utf8proc_iterate(bytes, limit, &code_point);
  if (size <= 0) return std::nullopt;
  return Utf8Character{static_cast<char32_t>(code_point), static_cast<std::size_t>(size)};
}

std::optional<char32_t> Utf8Reader::Next() {
  if (position_ >= text_.size()) return std::nullopt;
  const std::optional<Utf8Character> next = FirstCharacter(text_.substr(position_));
  position_ += next.has_value() ? next->size : 1;
  return next.has_value() ? next->code_point : kReplacementCharacter;
}

void AppendUtf8(char32_t code_point, std::string& text) {
  std::array<utf8proc_uint8_t, kLongest> bytes = {};
  const utf8proc_ssize_t size = utf8proc_encode_char(static_cast<utf8proc_int32_t>(code_point), bytes.data());
  text.append(bytes.begin(), bytes.begin() + size);
}

}  // namespace fleet::domain
