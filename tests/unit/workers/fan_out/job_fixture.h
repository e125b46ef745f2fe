// The stores on a database of the test's own, and what every job of a worker is given.
#ifndef FLEET_TESTS_UNIT_WORKERS_FAN_OUT_JOB_FIXTURE_H_
#define FLEET_TESTS_UNIT_WORKERS_FAN_OUT_JOB_FIXTURE_H_

#include <gmock/gmock.h>

#include <set>
#include <string>
#include <vector>

#include "common/database/notification_listener.h"
#include "common/database/notification_sender.h"
#include "common/lifecycle/mutex.h"
#include "common/metrics/fleet_metrics.h"
#include "common/store/hint_channels.h"
#include "prometheus/text_serializer.h"
#include "tests/support/status_matchers.h"
#include "tests/support/test_database.h"
#include "tests/support/test_stores.h"
#include "tests/support/wait_until.h"
#include "workers/fan_out/job_reporter.h"

namespace fleet::worker {

class JobTest : public ::testing::Test {
 protected:
  std::string Metrics() const { return prometheus::TextSerializer().Serialize(registry_.Collect()); }

  testing::TestDatabase database_;
  testing::TestStores stores_{database_.url(), 20};
  prometheus::Registry registry_;
  metrics::WorkerMetrics metrics_{registry_};
  database::NotificationSender hints_{database_.url(), true};
  JobReporter reporter_{hints_, metrics_};
};

// Hears the hints that jobs send.
class HeardHints {
 public:
  explicit HeardHints(const std::string& url)
      : listener_(url, {store::kChangesChannel, store::kWorkChannel}, true,
                  [this](const std::string& channel, const std::vector<std::string>& words) {
                    MutexLock lock(mutex_);
                    for (const std::string& word : words) heard_.insert(channel + " " + word);
                  }) {
    // Once it listens it says so itself: that hint is not one of ours.
    listening_ =
        testing::WaitUntil([this] { return Heard(store::kChangesChannel, "*") && Heard(store::kWorkChannel, "*"); });
    MutexLock lock(mutex_);
    heard_.clear();
  }

  [[nodiscard]] bool WaitFor(const std::string& channel, const std::string& word) {
    return listening_ && testing::WaitUntil([&] { return Heard(channel, word); });
  }

 private:
  bool Heard(const std::string& channel, const std::string& word) {
    MutexLock lock(mutex_);
    return heard_.count(channel + " " + word) > 0;
  }

  Mutex mutex_;
  std::set<std::string> heard_ ABSL_GUARDED_BY(mutex_);
  bool listening_ = false;
  database::NotificationListener listener_;  // last: it calls back into the others
};

}  // namespace fleet::worker

#endif  // FLEET_TESTS_UNIT_WORKERS_FAN_OUT_JOB_FIXTURE_H_
