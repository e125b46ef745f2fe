// Rules of single fields that requests of several services have.
#ifndef FLEET_SERVICES_FLEET_REQUESTS_REQUEST_FIELDS_H_
#define FLEET_SERVICES_FLEET_REQUESTS_REQUEST_FIELDS_H_

#include <cstdint>
#include <string>
#include <unordered_map>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "common/domain/fleet.h"
#include "common/domain/ulid.h"
#include "fleet/v1/fleet.pb.h"
#include "google/protobuf/duration.pb.h"
#include "google/protobuf/map.h"
#include "google/protobuf/timestamp.pb.h"
#include "services/fleet/requests/violations.h"

namespace fleet::service {

// Each names its field and what is wrong with it, or returns INVALID_ARGUMENT that does.

// The ULID in field `field`.
absl::StatusOr<domain::Ulid> ParseId(const char* field, const std::string& text);
// The page size to use: `normal` for 0, at most 1,000. Returns INVALID_ARGUMENT if negative.
absl::StatusOr<int32_t> ParsePageSize(int32_t page_size, int32_t normal);
// The field "repo".
absl::Status ValidateRepo(const std::string& repo);

void CheckRequestId(const std::string& request_id, Violations& violations);
void CheckCount(const char* field, int count, int most, Violations& violations);
void CheckDuration(const char* field, const google::protobuf::Duration& duration, absl::Duration least,
                   absl::Duration most, Violations& violations);
// Whether it has passed is for the database's clock to say.
void CheckTime(const char* field, const google::protobuf::Timestamp& time, Violations& violations);
// May be empty: whose pool that means is for others to say.
void CheckPool(const std::string& pool, Violations& violations);
void CheckPriority(const v1::FleetPolicy& policy, Violations& violations);
void CheckParameters(const std::string& field, const google::protobuf::Map<std::string, std::string>& parameters,
                     Violations& violations);

// Repositories by key, to find malformed names and duplicates.
class RepoSet {
 public:
  explicit RepoSet(int expected) { first_.reserve(static_cast<std::size_t>(expected)); }
  void Check(const char* list, int index, const std::string& repo, Violations& violations);

 private:
  std::unordered_map<std::string, int> first_;  // index of each one's first occurrence
};

domain::Parameters ToParameters(const google::protobuf::Map<std::string, std::string>& parameters);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUESTS_REQUEST_FIELDS_H_
