#include "common/database/database_probe.h"

#include <gmock/gmock.h>

#include "tests/support/status_matchers.h"
#include "tests/unit/common/database/database_fixture.h"

namespace fleet::database {
namespace {

using ::fleet::testing::StatusIs;
using ::testing::HasSubstr;

class StoppedClock final : public Clock {
 public:
  absl::Time TimeNow() const override { return absl::UnixEpoch(); }
  absl::Duration Elapsed() const override { return now; }
  absl::Duration now = absl::Hours(1);
};

class DatabaseProbeTest : public DatabaseTest {
 protected:
  StoppedClock clock_;
};

TEST_F(DatabaseProbeTest, IsNotReadyBeforeTheFirstAnswer) {
  ConnectionPool pool(url(), 1);
  DatabaseProbe probe(pool, clock_, absl::Seconds(5));
  EXPECT_THAT(probe.Check(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("not answered yet")));
  probe.RunOnce();
  FLEET_EXPECT_OK(probe.Check());
}

TEST_F(DatabaseProbeTest, AnAnswerCountsWhileItIsFresh) {
  ConnectionPool pool(url(), 1);
  DatabaseProbe probe(pool, clock_, absl::Seconds(5));
  probe.RunOnce();
  clock_.now += absl::Seconds(5);
  FLEET_EXPECT_OK(probe.Check());
  clock_.now += absl::Seconds(1);
  EXPECT_THAT(probe.Check(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("for 6s")));
  probe.RunOnce();
  FLEET_EXPECT_OK(probe.Check());
}

TEST_F(DatabaseProbeTest, SaysWhatAFailedPingSaid) {
  ConnectionPool pool("postgres://127.0.0.1:1/none", 1);
  DatabaseProbe probe(pool, clock_, absl::Seconds(5));
  probe.RunOnce();
  EXPECT_THAT(probe.Check(), StatusIs(absl::StatusCode::kUnavailable, HasSubstr("cannot be reached")));
  EXPECT_THAT(std::string(probe.Check().message()), ::testing::Not(HasSubstr("127.0.0.1"))) << "the log has it";
}

}  // namespace
}  // namespace fleet::database
