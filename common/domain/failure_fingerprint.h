// Failures of one cause in many repositories, made to look alike. Pure. The answers are stored and compared: changing a
// rule splits groups into before and after.
#ifndef FLEET_COMMON_DOMAIN_FAILURE_FINGERPRINT_H_
#define FLEET_COMMON_DOMAIN_FAILURE_FINGERPRINT_H_

#include <string>

#include "absl/strings/string_view.h"
#include "common/domain/failure.h"

namespace fleet::domain {

// `message` without what differs from repository to repository and from run to run, at most 200 bytes: in lower case,
// white space folded, and
//   <url>     for URLs and "user@host:path",
//   <path>    for repositories, paths and file names: whatever has a "/", or a "." between letters,
//   <n>       for numbers, versions, times, durations, hexadecimal ids of 7 digits or more, UUIDs and ULIDs,
//   <quoted>  for quoted text with any of these in it.
std::string NormaliseMessage(absl::string_view message);

// 16 hexadecimal digits, the same for failures of one category whose messages normalise to the same.
std::string Fingerprint(FailureCategory category, absl::string_view message);

}  // namespace fleet::domain

#endif  // FLEET_COMMON_DOMAIN_FAILURE_FINGERPRINT_H_
