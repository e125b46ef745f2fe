// Repositories as callers register and see them; like fleet_requests.h.
#ifndef FLEET_SERVICES_FLEET_REQUESTS_CATALOG_REQUESTS_H_
#define FLEET_SERVICES_FLEET_REQUESTS_CATALOG_REQUESTS_H_

#include <vector>

#include "absl/status/status.h"
#include "common/store/catalog_store.h"
#include "fleet/v1/catalog_service.pb.h"

namespace fleet::service {

absl::Status ValidateImportRepositories(const v1::ImportRepositoriesRequest& request);

// Of a request that was validated.
std::vector<store::RepositoryRecord> ToRepositories(const v1::ImportRepositoriesRequest& request);

// Fills `proto`, which is empty.
void ToProto(const store::RepositoryRecord& record, v1::Repository& proto);

}  // namespace fleet::service

#endif  // FLEET_SERVICES_FLEET_REQUESTS_CATALOG_REQUESTS_H_
