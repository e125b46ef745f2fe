#include "services/fleet/report_counter.h"

#include <algorithm>
#include <cstddef>

namespace fleet::service {

void ReportCounter::Count(const std::vector<store::ReportAnswer>& answers) {
  const auto applied = std::count_if(answers.begin(), answers.end(), [](const store::ReportAnswer& answer) {
    return answer.verdict == domain::ReportVerdict::kApply;
  });
  if (applied > 0) metrics_.ObserveReports(static_cast<std::size_t>(applied));
}

}  // namespace fleet::service
