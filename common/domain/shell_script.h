// What in a script for sh is bash's language. Pure.
#ifndef FLEET_COMMON_DOMAIN_SHELL_SCRIPT_H_
#define FLEET_COMMON_DOMAIN_SHELL_SCRIPT_H_

#include <cstddef>

#include "absl/strings/string_view.h"

namespace fleet::domain {

struct BashOnly {
  absl::string_view what;  // empty: there is none
  std::size_t line = 0;    // from 1
};

// The first of "[[", "==" inside "[" and "&>": other shells take them for something else, and do not fail. With dash
// such a condition is false or true, whatever it asks for. Texts in quotes and here-documents are not looked at.
BashOnly FindBashOnly(absl::string_view script);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_SHELL_SCRIPT_H_
