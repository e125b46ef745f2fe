// Which fields of a request a refusal names.
#ifndef FLEET_TESTS_UNIT_SERVICES_FLEET_VIOLATED_FIELDS_H_
#define FLEET_TESTS_UNIT_SERVICES_FLEET_VIOLATED_FIELDS_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "common/status/error_info.h"

namespace fleet::service {

// In the refusal's order; empty for OK.
inline std::vector<std::string> Fields(const absl::Status& status) {
  std::vector<std::string> fields;
  for (const FieldViolation& violation : GetErrorInfo(status).violations) fields.push_back(violation.field);
  return fields;
}

}  // namespace fleet::service

#endif  // FLEET_TESTS_UNIT_SERVICES_FLEET_VIOLATED_FIELDS_H_
