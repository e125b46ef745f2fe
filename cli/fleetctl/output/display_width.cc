#include "cli/fleetctl/output/display_width.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "absl/strings/str_cat.h"
#include "cli/fleetctl/output/utf8_reader.h"

namespace fleet::cli {
namespace {

struct Range {
  char32_t first;
  char32_t last;
};

constexpr std::array<Range, 8> kCombining = {{{0x0300, 0x036F},
                                              {0x0483, 0x0489},
                                              {0x1AB0, 0x1AFF},
                                              {0x1DC0, 0x1DFF},
                                              {0x200D, 0x200D},
                                              {0x20D0, 0x20FF},
                                              {0xFE00, 0xFE0F},
                                              {0xFE20, 0xFE2F}}};
constexpr std::array<Range, 13> kWide = {{{0x1100, 0x115F},
                                          {0x2E80, 0x303E},
                                          {0x3041, 0x4DBF},
                                          {0x4E00, 0x9FFF},
                                          {0xA000, 0xA4CF},
                                          {0xAC00, 0xD7A3},
                                          {0xF900, 0xFAFF},
                                          {0xFE30, 0xFE6F},
                                          {0xFF00, 0xFF60},
                                          {0xFFE0, 0xFFE6},
                                          {0x1F300, 0x1F64F},
                                          {0x1F680, 0x1FAFF},
                                          {0x20000, 0x3FFFD}}};

template <std::size_t kSize>
bool Contains(const std::array<Range, kSize>& ranges, char32_t code_point) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [=](const Range& range) { return code_point >= range.first && code_point <= range.last; });
}

int ColumnsOf(char32_t code_point) {
  if (code_point < 0x300) return 1;
  if (Contains(kCombining, code_point)) return 0;
  return Contains(kWide, code_point) ? 2 : 1;
}

}  // namespace

int DisplayWidth(absl::string_view text) {
  int width = 0;
  Utf8Reader reader(text);
  while (const std::optional<char32_t> next = reader.Next()) width += ColumnsOf(*next);
  return width;
}

std::string CutToWidth(absl::string_view text, int columns) {
  if (columns < 1) return "";
  if (DisplayWidth(text) <= columns) return std::string(text);
  int width = 0;
  std::size_t end = 0;
  Utf8Reader reader(text);
  while (const std::optional<char32_t> next = reader.Next()) {
    width += ColumnsOf(*next);
    if (width > columns - 1) break;
    end = reader.position();
  }
  return absl::StrCat(text.substr(0, end), "…");
}

}  // namespace fleet::cli
