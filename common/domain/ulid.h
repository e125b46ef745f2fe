// ULIDs (github.com/ulid/spec): 128 bits, 48 of them a millisecond time, written as 26 characters of Crockford
// base 32. The same bits are stored as a uuid, so both sort alike.
#ifndef FLEET_COMMON_DOMAIN_ULID_H_
#define FLEET_COMMON_DOMAIN_ULID_H_

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleet::domain {

class Ulid {
 public:
  Ulid() = default;  // all zero: "none"

  // A new one for `now`: unique by 80 random bits of the operating system.
  static Ulid Generate(absl::Time now);
  // Accepts lower case; nullopt unless `text` is exactly a ULID.
  static std::optional<Ulid> Parse(absl::string_view text);
  // From "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx".
  static std::optional<Ulid> FromUuid(absl::string_view text);

  std::string ToString() const;
  std::string ToUuid() const;
  bool IsNone() const { return *this == Ulid(); }

  friend auto operator<=>(const Ulid&, const Ulid&) = default;

 private:
  std::array<uint8_t, 16> bytes_{};
};

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_ULID_H_
