#include "common/rpc/authenticator.h"

#include "common/rpc/channel.h"
#include "common/status/error_info.h"

namespace fleet::rpc {
namespace {

absl::Status Unauthenticated(absl::string_view message) {
  return MakeError(absl::StatusCode::kUnauthenticated, message, {"UNAUTHENTICATED", {}, {}});
}

}  // namespace

absl::StatusOr<Caller> Authenticator::Authenticate(const grpc::ServerContextBase& context) const {
  if (!trust_metadata_) {
    return Unauthenticated("this service accepts no identity yet: start it with --insecure_identity on loopback");
  }
  const auto& metadata = context.client_metadata();
  if (metadata.count(kUserMetadataKey) > 1) return Unauthenticated("metadata key x-fleet-user was sent twice");
  const auto entry = metadata.find(kUserMetadataKey);
  if (entry == metadata.end()) return Unauthenticated("send your user name as metadata key x-fleet-user");
  const std::string user(entry->second.data(), entry->second.size());
  if (!IsUserName(user)) {
    return Unauthenticated("metadata key x-fleet-user must be 1 to 128 printable ASCII characters without space");
  }
  return Caller{user};
}

}  // namespace fleet::rpc
