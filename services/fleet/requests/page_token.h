// Opaque page and resume tokens: what they say is ours alone, and one made for another question is refused.
#ifndef FLEET_SERVICES_FLEET_REQUESTS_PAGE_TOKEN_H_
#define FLEET_SERVICES_FLEET_REQUESTS_PAGE_TOKEN_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleet::service {

// `question`: everything the token is only valid for, such as the method and its filters.
std::string EncodePageToken(absl::string_view question, absl::string_view position);
// The position; empty for an empty token. Returns INVALID_ARGUMENT on page_token for any other text.
absl::StatusOr<std::string> DecodePageToken(absl::string_view question, absl::string_view token);

struct ResumePoint {
  int64_t revision = 0;
  int64_t timeline = 0;
};
std::string EncodeResumeToken(absl::string_view fleet_id, const ResumePoint& point);
// Returns INVALID_ARGUMENT on resume_token unless it is a token of this fleet.
absl::StatusOr<ResumePoint> DecodeResumeToken(absl::string_view fleet_id, absl::string_view token);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUESTS_PAGE_TOKEN_H_
