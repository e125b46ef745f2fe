#include "common/observation/domain_labels.h"

#include <gmock/gmock.h>

#include <cstddef>
#include <string>
#include <vector>

#include "common/domain/limits.h"
#include "common/domain/system_summary.h"
#include "common/metrics/metric_catalog.h"
#include "common/store/jobs/job_types.h"

namespace fleet::observation {
namespace {

using ::testing::ElementsAreArray;
using ::testing::UnorderedElementsAreArray;

// The values that the catalog lists for the metric's label.
std::vector<std::string> Listed(const char* metric, const char* label) {
  std::vector<std::string> values;
  for (const metrics::MetricLabel& one : metrics::MetricNamed(metric).labels) {
    if (std::string(one.name) == label) values.assign(one.values.begin(), one.values.end());
  }
  return values;
}

// The labels of the enumerators `first` to before `end`.
template <typename Enumerator>
std::vector<std::string> Labels(std::size_t first, std::size_t end) {
  std::vector<std::string> labels;
  for (std::size_t i = first; i < end; ++i) labels.push_back(LabelOf(static_cast<Enumerator>(i)));
  return labels;
}

TEST(DomainLabelsTest, AreNamesInLowerCase) {
  EXPECT_EQ(LabelOf(domain::TaskState::kTimedOut), "timed_out");
  EXPECT_EQ(LabelOf(domain::TaskState::kQueued), "queued");
  EXPECT_EQ(LabelOf(domain::FailureCategory::kAuth), "auth");
  EXPECT_EQ(LabelOf(domain::FleetState::kPartialFailure), "partial_failure");
  EXPECT_EQ(LabelOf(domain::Outcome::kNoChanges), "no_changes");
  EXPECT_EQ(LabelOf(domain::WaitReason::kSystemCap), "system_cap");
  EXPECT_EQ(LabelOf(store::LeaseExpiry::kNotHeld), "not_held");
}

TEST(DomainLabelsTest, TheCatalogListsEveryEnumerator) {
  EXPECT_THAT(Listed("fleet_tasks", "state"),
              UnorderedElementsAreArray(Labels<domain::TaskState>(1, domain::kTaskStateCount)));
  EXPECT_THAT(Listed("fleet_task_completions_total", "result"),
              UnorderedElementsAreArray(Labels<domain::TaskState>(7, domain::kTaskStateCount)));
  EXPECT_THAT(Listed("fleet_fleets", "state"), UnorderedElementsAreArray(Labels<domain::FleetState>(1, 6)));
  EXPECT_THAT(Listed("fleet_fleet_completions_total", "result"),
              UnorderedElementsAreArray(Labels<domain::FleetState>(6, domain::kFleetStateCount)));
  EXPECT_THAT(Listed("fleet_task_outcomes_total", "outcome"),
              UnorderedElementsAreArray(Labels<domain::Outcome>(0, domain::kOutcomeCount)));
  EXPECT_THAT(Listed("fleet_task_failures_total", "category"),
              UnorderedElementsAreArray(Labels<domain::FailureCategory>(1, domain::kFailureCategoryCount)));
  EXPECT_THAT(Listed("fleet_fleets_waiting", "reason"),
              UnorderedElementsAreArray(Labels<domain::WaitReason>(1, domain::kWaitReasonCount)));
  EXPECT_THAT(Listed("fleet_leases_expired_total", "reason"),
              UnorderedElementsAreArray(Labels<store::LeaseExpiry>(0, store::kLeaseExpiryCount)));
}

TEST(DomainLabelsTest, TheCatalogListsEveryJobAndLimit) {
  std::vector<std::string> jobs;
  for (const store::JobType& type : store::AllJobTypes()) jobs.emplace_back(type.name);
  EXPECT_THAT(Listed("fleet_worker_steps_total", "job"), UnorderedElementsAreArray(jobs));
  EXPECT_THAT(Listed("fleet_jobs", "job"), UnorderedElementsAreArray(jobs));
  std::vector<std::string> limits;
  for (const domain::LimitKind& kind : domain::AllLimitKinds()) limits.emplace_back(kind.name);
  EXPECT_THAT(Listed("fleet_limit", "name"), ElementsAreArray(limits));
}

}  // namespace
}  // namespace fleet::observation
