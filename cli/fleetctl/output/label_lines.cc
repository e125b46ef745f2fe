#include "cli/fleetctl/output/label_lines.h"

#include "absl/strings/str_format.h"

namespace fleet::cli {

void LabelLines::Add(absl::string_view label, absl::string_view value) {
  // As wide as the labels of a fleet.
  if (!value.empty()) absl::StrAppendFormat(&text_, "%-14s%s\n", label, value);
}

}  // namespace fleet::cli
