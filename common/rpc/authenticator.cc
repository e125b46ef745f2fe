#include "common/rpc/authenticator.h"

#include <string>
#include <vector>

#include "common/domain/caller.h"
#include "common/rpc/channel.h"
#include "common/status/error_info.h"

namespace fleet::rpc {
namespace {

absl::Status Unauthenticated(absl::string_view message) {
  return MakeError(absl::StatusCode::kUnauthenticated, message, {"UNAUTHENTICATED", {}, {}});
}

}  // namespace

absl::StatusOr<domain::Caller> Authenticator::Authenticate(const Metadata& metadata) const {
  if (!trust_metadata_) {
    return Unauthenticated("this service accepts no identity yet: start it with --insecure_identity on loopback");
  }
  const std::vector<absl::string_view> users = metadata.Values(kUserMetadataKey);
  if (users.size() > 1) return Unauthenticated("metadata key x-fleet-user was sent twice");
  if (users.empty()) return Unauthenticated("send your user name as metadata key x-fleet-user");
  if (!domain::IsUserName(users[0])) {
    return Unauthenticated("metadata key x-fleet-user must be 1 to 128 printable ASCII characters without space");
  }
  return domain::Caller{std::string(users[0])};
}

}  // namespace fleet::rpc
