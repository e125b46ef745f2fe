#include "cli/fleetctl/output/display_width.h"

#include <cstddef>
#include <optional>

#include "absl/strings/str_cat.h"
#include "common/domain/utf8_reader.h"
#include "utf8proc.h"

namespace fleet::cli {
namespace {

// Controls, which sanitised text has none of, count as a column: a table is rather too wide than torn.
int ColumnsOf(char32_t code_point) {
  if (code_point < 0x300) return 1;
  return utf8proc_charwidth(static_cast<utf8proc_int32_t>(code_point));
}

}  // namespace

int DisplayWidth(absl::string_view text) {
  int width = 0;
  domain::Utf8Reader reader(text);
  while (const std::optional<char32_t> next = reader.Next()) width += ColumnsOf(*next);
  return width;
}

std::string CutToWidth(absl::string_view text, int columns) {
  if (columns < 1) return "";
  if (DisplayWidth(text) <= columns) return std::string(text);
  int width = 0;
  std::size_t end = 0;
  domain::Utf8Reader reader(text);
  while (const std::optional<char32_t> next = reader.Next()) {
    width += ColumnsOf(*next);
    if (width > columns - 1) break;
    end = reader.position();
  }
  return absl::StrCat(text.substr(0, end), "…");
}

}  // namespace fleet::cli
