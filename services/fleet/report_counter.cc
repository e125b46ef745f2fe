#include "services/fleet/report_counter.h"

#include "common/domain/task_transitions.h"
#include "services/fleet/metric_labels.h"

namespace fleet::service {

void ReportCounter::Count(const std::vector<domain::TaskReport>& reports,
                          const std::vector<store::ReportAnswer>& answers) {
  std::size_t applied = 0;
  for (std::size_t i = 0; i < reports.size(); ++i) {
    if (answers[i].verdict != domain::ReportVerdict::kApply) continue;
    ++applied;
    if (domain::IsTerminal(reports[i].state)) CountEnd(reports[i], answers[i]);
  }
  if (applied > 0) metrics_.ObserveReports(applied);
}

void ReportCounter::CountEnd(const domain::TaskReport& report, const store::ReportAnswer& answer) {
  if (domain::IsTerminal(answer.state)) metrics_.CountCompletion(LabelOf(answer.state));
  if (report.state == domain::TaskState::kFailed) metrics_.CountFailure(LabelOf(report.category));
  if (report.cost_micros.has_value()) metrics_.AddCost(static_cast<double>(*report.cost_micros) / 1e6);
}

}  // namespace fleet::service
