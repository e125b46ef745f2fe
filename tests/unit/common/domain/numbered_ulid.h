// Ids that a test can name: the higher the number, the younger.
#ifndef FLEET_TESTS_UNIT_COMMON_DOMAIN_NUMBERED_ULID_H_
#define FLEET_TESTS_UNIT_COMMON_DOMAIN_NUMBERED_ULID_H_

#include "absl/strings/str_format.h"
#include "common/domain/ulid.h"

namespace fleet::domain {

inline Ulid NumberedUlid(int number) {
  return *Ulid::FromUuid(absl::StrFormat("00000000-0000-0000-0000-%012x", number));
}

}  // namespace fleet::domain

#endif  // FLEET_TESTS_UNIT_COMMON_DOMAIN_NUMBERED_ULID_H_
