// Text from outside, made fit to be stored. Pure.
#ifndef FLEET_COMMON_DOMAIN_TEXT_H_
#define FLEET_COMMON_DOMAIN_TEXT_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleet::domain {

bool IsValidUtf8(absl::string_view text);
// Code points, for valid UTF-8.
std::size_t CountCharacters(absl::string_view text);

// Without NUL bytes, and with U+FFFD in place of what is not UTF-8.
std::string CleanText(absl::string_view text);
// The first, or last, `limit` bytes, never splitting a character.
std::string KeepHead(std::string text, std::size_t limit);
std::string KeepTail(std::string text, std::size_t limit);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_TEXT_H_
