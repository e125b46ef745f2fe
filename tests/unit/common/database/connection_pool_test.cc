#include "common/database/connection_pool.h"

#include <gmock/gmock.h>

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "common/database/transaction.h"
#include "tests/support/free_port.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/common/database/database_fixture.h"

namespace fleet::database {
namespace {

using ::fleet::testing::StatusIs;
using ::fleet::testing::WaitUntil;

class ConnectionPoolTest : public DatabaseTest {
 protected:
  int OtherSessions() const {
    return Count(
        "select count(*) from pg_stat_activity where datname = current_database() and "
        "pid <> pg_backend_pid() and backend_type = 'client backend'");
  }
};

TEST_F(ConnectionPoolTest, ConnectsWhenFirstNeededAndKeepsTheConnection) {
  ConnectionPool pool(url(), 3);
  EXPECT_EQ(OtherSessions(), 0);
  Connection* first = nullptr;
  {
    auto lease = pool.Acquire();
    FLEET_ASSERT_OK(lease);
    first = &lease->connection();
    EXPECT_EQ(OtherSessions(), 1);
  }
  auto again = pool.Acquire();
  FLEET_ASSERT_OK(again);
  EXPECT_EQ(&again->connection(), first);
  EXPECT_EQ(OtherSessions(), 1);
}

TEST_F(ConnectionPoolTest, IsBounded) {
  ConnectionPool pool(url(), 2, absl::Milliseconds(30));
  auto first = pool.Acquire();
  auto second = pool.Acquire();
  FLEET_ASSERT_OK(first);
  FLEET_ASSERT_OK(second);
  EXPECT_THAT(pool.Acquire(), StatusIs(absl::StatusCode::kUnavailable, ::testing::HasSubstr("busy")));
  EXPECT_EQ(OtherSessions(), 2);
}

TEST_F(ConnectionPoolTest, WaitsForAConnectionToBecomeFree) {
  ConnectionPool pool(url(), 1, absl::Minutes(1));
  std::optional<absl::StatusOr<ConnectionPool::Lease>> held(pool.Acquire());
  FLEET_ASSERT_OK(*held);
  std::atomic<bool> got = false;
  std::thread waiter([&] { got = pool.Acquire().ok(); });
  EXPECT_FALSE(got);
  held.reset();
  waiter.join();
  EXPECT_TRUE(got);
  EXPECT_EQ(OtherSessions(), 1);
}

TEST_F(ConnectionPoolTest, NeverExceedsItsBoundUnderLoad) {
  constexpr Statement kCount{"pool_test_sessions",
                             "select count(*) from pg_stat_activity where datname = current_database() and "
                             "backend_type = 'client backend'"};
  ConnectionPool pool(url(), 3, absl::Minutes(1));
  std::atomic<int64_t> most = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20; ++round) {
        const auto rows = InTransaction(pool, [&](Transaction& transaction) { return transaction.Execute(kCount); });
        if (!rows.ok()) {
          most = 1000;
          return;
        }
        int64_t seen = (*rows)[0].BigInt();
        for (int64_t before = most; seen > before && !most.compare_exchange_weak(before, seen);) {
        }
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_LE(most, 3);
  EXPECT_GE(most, 1);
}

TEST_F(ConnectionPoolTest, AFailedConnectionFreesItsPlace) {
  ConnectionPool pool(absl::StrCat("postgresql://127.0.0.1:", testing::FreePort(), "/d"), 1, absl::Milliseconds(30));
  for (int i = 0; i < 3; ++i) {
    const auto lease = pool.Acquire();
    ASSERT_FALSE(lease.ok());
    EXPECT_THAT(lease.status().ToString(), ::testing::Not(::testing::HasSubstr("busy")));
  }
}

TEST_F(ConnectionPoolTest, DropIdleClosesWhatNobodyUses) {
  ConnectionPool pool(url(), 2);
  auto held = pool.Acquire();
  FLEET_ASSERT_OK(held);
  FLEET_ASSERT_OK(pool.Acquire());
  ASSERT_EQ(OtherSessions(), 2);
  pool.DropIdle();
  EXPECT_TRUE(WaitUntil([&] { return OtherSessions() == 1; }));
}

}  // namespace
}  // namespace fleet::database
