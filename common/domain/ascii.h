// Kinds of ASCII characters, whatever the locale. Pure.
#ifndef FLEET_COMMON_DOMAIN_ASCII_H_
#define FLEET_COMMON_DOMAIN_ASCII_H_

#include "absl/strings/ascii.h"

namespace fleet::domain {

inline bool IsSpace(char c) { return absl::ascii_isspace(static_cast<unsigned char>(c)); }
inline bool IsDigit(char c) { return absl::ascii_isdigit(static_cast<unsigned char>(c)); }
inline bool IsAlpha(char c) { return absl::ascii_isalpha(static_cast<unsigned char>(c)); }
inline bool IsAlnum(char c) { return absl::ascii_isalnum(static_cast<unsigned char>(c)); }
inline bool IsHex(char c) { return absl::ascii_isxdigit(static_cast<unsigned char>(c)); }
inline bool IsLower(char c) { return absl::ascii_islower(static_cast<unsigned char>(c)); }
// What a URL holds as it is: RFC 3986.
inline bool IsUnreserved(char c) { return IsAlnum(c) || c == '-' || c == '.' || c == '_' || c == '~'; }

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_ASCII_H_
