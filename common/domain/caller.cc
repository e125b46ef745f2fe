#include "common/domain/caller.h"

#include <algorithm>

namespace fleet::domain {

bool IsUserName(absl::string_view text) {
  return !text.empty() && text.size() <= 128 &&
         std::all_of(text.begin(), text.end(), [](char c) { return c > 0x20 && c < 0x7f; });
}

}  // namespace fleet::domain
