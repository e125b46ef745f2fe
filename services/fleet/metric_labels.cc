#include "services/fleet/metric_labels.h"

#include "absl/strings/ascii.h"
#include "common/domain/enumerator_names.h"

namespace fleet::service {

std::string LabelOf(domain::TaskState state) { return absl::AsciiStrToLower(domain::NameOf(state)); }

std::string LabelOf(domain::FailureCategory category) { return absl::AsciiStrToLower(domain::NameOf(category)); }

}  // namespace fleet::service
