#include "cli/fleetctl/output/utf8_reader.h"

#include <cstdint>

namespace fleet::cli {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

// How many bytes follow a first byte, or -1 if it cannot be one.
int FollowingBytes(uint8_t first) {
  if (first < 0x80) return 0;
  if (first >= 0xC2 && first < 0xE0) return 1;
  if (first >= 0xE0 && first < 0xF0) return 2;
  if (first >= 0xF0 && first < 0xF5) return 3;
  return -1;
}

bool IsValid(char32_t code_point, int following) {
  if (code_point >= 0xD800 && code_point <= 0xDFFF) return false;
  if (following == 2) return code_point >= 0x800;
  if (following == 3) return code_point >= 0x10000 && code_point <= 0x10FFFF;
  return true;
}

}  // namespace

std::optional<char32_t> Utf8Reader::Next() {
  if (position_ >= text_.size()) return std::nullopt;
  const auto first = static_cast<uint8_t>(text_[position_++]);
  const int following = FollowingBytes(first);
  if (following == 0) return first;
  if (following < 0) return kReplacement;
  char32_t code_point = first & (0x3FU >> following);
  std::size_t next = position_;
  for (int i = 0; i < following; ++i, ++next) {
    if (next >= text_.size() || (static_cast<uint8_t>(text_[next]) & 0xC0U) != 0x80) return kReplacement;
    code_point = (code_point << 6) | (static_cast<uint8_t>(text_[next]) & 0x3FU);
  }
  if (!IsValid(code_point, following)) return kReplacement;
  position_ = next;
  return code_point;
}

void AppendUtf8(char32_t code_point, std::string& text) {
  const auto append = [&text](char32_t bits) { text.push_back(static_cast<char>(bits)); };
  if (code_point < 0x80) {
    append(code_point);
  } else if (code_point < 0x800) {
    append(0xC0 | (code_point >> 6));
    append(0x80 | (code_point & 0x3F));
  } else if (code_point < 0x10000) {
    append(0xE0 | (code_point >> 12));
    append(0x80 | ((code_point >> 6) & 0x3F));
    append(0x80 | (code_point & 0x3F));
  } else {
    append(0xF0 | (code_point >> 18));
    append(0x80 | ((code_point >> 12) & 0x3F));
    append(0x80 | ((code_point >> 6) & 0x3F));
    append(0x80 | (code_point & 0x3F));
  }
}

}  // namespace fleet::cli
