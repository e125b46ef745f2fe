#include "cli/fleetctl/output/shell_quote.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"

namespace fleet::cli {
namespace {

bool IsPlain(const std::string& argument) {
  constexpr absl::string_view kPlain = "-_./:=@,+%";
  return !argument.empty() && std::all_of(argument.begin(), argument.end(), [&](char c) {
    return absl::ascii_isalnum(static_cast<unsigned char>(c)) || kPlain.find(c) != absl::string_view::npos;
  });
}

}  // namespace

std::string ShellQuote(const std::vector<std::string>& arguments) {
  return absl::StrJoin(arguments, " ", [](std::string* out, const std::string& argument) {
    if (IsPlain(argument)) {
      absl::StrAppend(out, argument);
    } else {
      absl::StrAppend(out, "'", absl::StrReplaceAll(argument, {{"'", "'\\''"}}), "'");
    }
  });
}

}  // namespace fleet::cli
