#include "services/fleet/metric_labels.h"

#include <gtest/gtest.h>

namespace fleet::service {
namespace {

TEST(MetricLabelsTest, AreNamesInLowerCase) {
  EXPECT_EQ(LabelOf(domain::TaskState::kTimedOut), "timed_out");
  EXPECT_EQ(LabelOf(domain::TaskState::kQueued), "queued");
  EXPECT_EQ(LabelOf(domain::FailureCategory::kAuth), "auth");
  EXPECT_EQ(LabelOf(domain::FailureCategory::kUnknown), "unknown");
}

}  // namespace
}  // namespace fleet::service
