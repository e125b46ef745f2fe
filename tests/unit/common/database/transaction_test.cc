#include "common/database/transaction.h"

#include <gmock/gmock.h>

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "common/status/status_macros.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tcp_proxy.h"
#include "tests/unit/common/database/database_fixture.h"

namespace fleet::database {
namespace {

using ::fleet::testing::StatusIs;
using ::fleet::testing::TcpProxy;
using ::fleet::testing::WaitUntil;

constexpr Statement kAdd{"transaction_test_add", "update t set x = x + 1 where id = $1::int"};
constexpr Statement kRead{"transaction_test_read", "select x from t where id = $1::int"};
constexpr Statement kCount{"transaction_test_count", "select sum(x) from t"};
constexpr Statement kSerializable{"transaction_test_serializable", "set transaction isolation level serializable"};
constexpr Statement kLockTimeout{"transaction_test_lock_timeout", "set local lock_timeout = '50ms'"};

class TransactionTest : public DatabaseTest {
 protected:
  TransactionTest() { Execute("create table t (id int primary key, x int); insert into t values (1, 0), (2, 0)"); }
  int Value(int id = 1) const { return Count(absl::StrCat("select x from t where id = ", id)); }

  // The server's address, reached through a proxy.
  static int PortOf(const std::string& url) {
    const std::size_t colon = url.find(':', url.find('@'));
    return std::stoi(url.substr(colon + 1));
  }
  static std::string Through(const TcpProxy& proxy, const std::string& url) {
    const std::size_t at = url.find('@');
    return url.substr(0, at + 1) + proxy.address() + url.substr(url.find('/', at));
  }
};

TEST_F(TransactionTest, CommitsWhatTheBodyDidAndGivesItsAnswer) {
  ConnectionPool pool(url(), 1);
  const absl::StatusOr<int> answer = InTransaction(pool, [](Transaction& transaction) -> absl::StatusOr<int> {
    FLEET_RETURN_IF_ERROR(transaction.Execute(kAdd, {1}).status());
    return 7;
  });
  EXPECT_THAT(answer, testing::IsOkAndHolds(7));
  EXPECT_EQ(Value(), 1);
}

TEST_F(TransactionTest, AnErrorOfTheBodyRollsBackAndRunsOnce) {
  ConnectionPool pool(url(), 1);
  int runs = 0;
  const absl::Status status = InTransaction(pool, [&](Transaction& transaction) -> absl::Status {
    ++runs;
    FLEET_RETURN_IF_ERROR(transaction.Execute(kAdd, {1}).status());
    return absl::FailedPreconditionError("not now");
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kFailedPrecondition, "not now"));
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(Value(), 0);
  // The connection is as good as before.
  FLEET_EXPECT_OK(InTransaction(pool, [](Transaction& transaction) { return transaction.Execute(kAdd, {1}); }));
  EXPECT_EQ(Value(), 1);
}

TEST_F(TransactionTest, RollsBackOnDemandAndIsOk) {
  ConnectionPool pool(url(), 1);
  FLEET_EXPECT_OK(InTransaction(pool, [](Transaction& transaction) {
    transaction.RollBackInstead();
    return transaction.Execute(kAdd, {1});
  }));
  EXPECT_EQ(Value(), 0);
}

TEST_F(TransactionTest, ATransactionThatDidNothingIsOk) {
  ConnectionPool pool(url(), 1);
  FLEET_EXPECT_OK(InTransaction(pool, [](Transaction&) { return absl::OkStatus(); }));
}

// Keeps what it is told.
struct HeardEnds : PoolObserver {
  struct Word : CommitNote {
    explicit Word(int number) : value(number) {}
    const int value;
  };
  void Acquired(absl::Duration) override { ++acquired; }
  void AcquireTimedOut() override { ++timed_out; }
  void ConnectionsAre(std::size_t used, std::size_t left) override {
    in_use = used;
    idle = left;
  }
  void TransactionEnded(TransactionEnd end, absl::Duration took) override {
    ends.push_back(end);
    EXPECT_GT(took, absl::ZeroDuration());
  }
  void RunsAgain(const absl::Status& failure) override { again.push_back(failure.code()); }
  void Committed(const CommitNote& note) override { notes.push_back(dynamic_cast<const Word&>(note).value); }

  int acquired = 0;
  int timed_out = 0;
  std::size_t in_use = 0;
  std::size_t idle = 0;
  std::vector<TransactionEnd> ends;
  std::vector<absl::StatusCode> again;
  std::vector<int> notes;
};

TEST_F(TransactionTest, ItsObserverHearsHowItEndedAndOfWhatIsCommitted) {
  HeardEnds heard;
  ConnectionPool pool(url(), 1, absl::Seconds(10), &heard);
  const auto run = [&](int word, const absl::Status& answer, bool roll_back) {
    return InTransaction(pool, [&](Transaction& transaction) -> absl::Status {
      if (roll_back) transaction.RollBackInstead();
      FLEET_RETURN_IF_ERROR(transaction.Execute(kAdd, {1}).status());
      transaction.Note(std::make_unique<const HeardEnds::Word>(word));
      return answer;
    });
  };
  FLEET_EXPECT_OK(run(1, absl::OkStatus(), false));
  FLEET_EXPECT_OK(run(2, absl::OkStatus(), true));
  EXPECT_FALSE(run(3, absl::FailedPreconditionError("not now"), false).ok());
  EXPECT_THAT(heard.ends, ::testing::ElementsAre(TransactionEnd::kCommitted, TransactionEnd::kRolledBack,
                                                 TransactionEnd::kRolledBack));
  EXPECT_THAT(heard.notes, ::testing::ElementsAre(1));
  EXPECT_EQ(heard.acquired, 3);
  EXPECT_EQ(heard.in_use, 0U);
  EXPECT_EQ(heard.idle, 1U);
}

TEST_F(TransactionTest, ItsObserverHearsOfFailuresAndOfEachFurtherRun) {
  HeardEnds heard;
  ConnectionPool pool(url(), 1, absl::Seconds(10), &heard);
  constexpr Statement kWrong{"transaction_test_wrong", "select 1 / $1::int"};
  EXPECT_FALSE(InTransaction(pool, [&](Transaction& transaction) { return transaction.Execute(kWrong, {0}); }).ok());
  EXPECT_THAT(heard.ends, ::testing::ElementsAre(TransactionEnd::kFailed));
  EXPECT_THAT(heard.again, ::testing::IsEmpty());
  heard.ends.clear();
  int runs = 0;
  FLEET_EXPECT_OK(InTransaction(pool, [&](Transaction& transaction) -> absl::Status {
    transaction.Note(std::make_unique<const HeardEnds::Word>(++runs));
    FLEET_RETURN_IF_ERROR(transaction.Execute(kAdd, {1}).status());
    if (runs == 1) {
      EXPECT_EQ(EndOtherSessions(), 1);
    }
    return transaction.Execute(kAdd, {2}).status();
  }));
  EXPECT_THAT(heard.ends, ::testing::ElementsAre(TransactionEnd::kFailed, TransactionEnd::kCommitted));
  EXPECT_THAT(heard.again, ::testing::ElementsAre(absl::StatusCode::kUnavailable));
  EXPECT_THAT(heard.notes, ::testing::ElementsAre(2)) << "of the run that was committed alone";
}

TEST_F(TransactionTest, ItsObserverHearsWhoGotNoConnection) {
  HeardEnds heard;
  ConnectionPool pool(url(), 1, absl::Milliseconds(10), &heard);
  const auto held = pool.Acquire();
  FLEET_ASSERT_OK(held);
  EXPECT_EQ(heard.in_use, 1U);
  EXPECT_FALSE(pool.Acquire().ok());
  EXPECT_EQ(heard.timed_out, 1);
  EXPECT_EQ(heard.acquired, 1);
}

TEST_F(TransactionTest, EachStatementSeesWhatWasCommittedBeforeIt) {
  ConnectionPool pool(url(), 1);
  int before = 0;
  int after = 0;
  FLEET_ASSERT_OK(InTransaction(pool, [&](Transaction& transaction) -> absl::Status {
    FLEET_ASSIGN_OR_RETURN(const Rows first, transaction.Execute(kRead, {1}));
    Execute("update t set x = 5 where id = 1");
    FLEET_ASSIGN_OR_RETURN(const Rows second, transaction.Execute(kRead, {1}));
    before = first[0].Int();
    after = second[0].Int();
    return absl::OkStatus();
  }));
  EXPECT_EQ(before, 0);
  EXPECT_EQ(after, 5);
}

TEST_F(TransactionTest, ASnapshotSeesOneInstantAndWritesNothing) {
  ConnectionPool pool(url(), 1);
  int after = -1;
  FLEET_ASSERT_OK(InTransaction(
      pool,
      [&](Transaction& transaction) -> absl::Status {
        FLEET_RETURN_IF_ERROR(transaction.Execute(kRead, {1}).status());
        Execute("update t set x = 5 where id = 1");
        FLEET_ASSIGN_OR_RETURN(const Rows second, transaction.Execute(kRead, {1}));
        after = second[0].Int();
        return absl::OkStatus();
      },
      Transaction::Isolation::kSnapshot));
  EXPECT_EQ(after, 0);
  EXPECT_FALSE(InTransaction(
                   pool, [](Transaction& transaction) { return transaction.Execute(kAdd, {1}); },
                   Transaction::Isolation::kSnapshot)
                   .ok());
  EXPECT_EQ(Value(), 5);
}

TEST_F(TransactionTest, ADeadlockIsTriedAgainUntilBothAreDone) {
  ConnectionPool pool(url(), 2);
  std::atomic<int> at_first_lock = 0;
  std::atomic<int> runs = 0;
  const auto both = [&](int first, int second) {
    return InTransaction(pool, [&, first, second](Transaction& transaction) -> absl::Status {
      ++runs;
      FLEET_RETURN_IF_ERROR(transaction.Execute(kAdd, {first}).status());
      ++at_first_lock;
      if (!WaitUntil([&] { return at_first_lock >= 2; })) return absl::InternalError("the other did not come");
      return transaction.Execute(kAdd, {second}).status();
    });
  };
  absl::Status one;
  std::thread other([&] { one = both(1, 2); });
  const absl::Status two = both(2, 1);
  other.join();
  FLEET_EXPECT_OK(one);
  FLEET_EXPECT_OK(two);
  EXPECT_GE(runs, 3);
  EXPECT_EQ(Value(1), 2);
  EXPECT_EQ(Value(2), 2);
}

TEST_F(TransactionTest, ASerializationFailureIsTriedAgain) {
  ConnectionPool pool(url(), 1);
  int runs = 0;
  FLEET_EXPECT_OK(InTransaction(pool, [&](Transaction& transaction) -> absl::Status {
    ++runs;
    FLEET_RETURN_IF_ERROR(transaction.Execute(kSerializable).status());
    FLEET_RETURN_IF_ERROR(transaction.Execute(kCount).status());
    if (runs == 1) Execute("update t set x = 10 where id = 1");
    return transaction.Execute(kAdd, {1}).status();
  }));
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Value(), 11);
}

TEST_F(TransactionTest, ALockThatIsNotReleasedInTimeIsTriedAgainButNotForEver) {
  ConnectionPool pool(url(), 1);
  pqxx::connection holder(url());
  pqxx::work hold(holder);
  hold.exec("update t set x = x where id = 1");
  int runs = 0;
  const absl::Status status = InTransaction(pool, [&](Transaction& transaction) -> absl::Status {
    ++runs;
    FLEET_RETURN_IF_ERROR(transaction.Execute(kLockTimeout).status());
    return transaction.Execute(kAdd, {1}).status();
  });
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kAborted));
  EXPECT_TRUE(IsTransient(status));
  EXPECT_EQ(runs, kTransactionAttempts);
}

TEST_F(TransactionTest, StaleConnectionsAreReplacedUnnoticed) {
  ConnectionPool pool(url(), 3);
  {
    // All three are idle in the pool, and all are gone.
    auto one = pool.Acquire();
    auto two = pool.Acquire();
    auto three = pool.Acquire();
    FLEET_ASSERT_OK(three);
  }
  ASSERT_EQ(EndOtherSessions(), 3);
  int runs = 0;
  FLEET_EXPECT_OK(InTransaction(pool, [&](Transaction& transaction) {
    ++runs;
    return transaction.Execute(kAdd, {1});
  }));
  EXPECT_EQ(Value(), 1);
  EXPECT_EQ(runs, 2) << "the first loss tells that the others are gone too";
}

TEST_F(TransactionTest, ASessionThatEndsInTheMiddleIsBegunAgainFromTheStart) {
  ConnectionPool pool(url(), 1);
  int runs = 0;
  FLEET_EXPECT_OK(InTransaction(pool, [&](Transaction& transaction) -> absl::Status {
    ++runs;
    FLEET_RETURN_IF_ERROR(transaction.Execute(kAdd, {1}).status());
    if (runs == 1) {
      EXPECT_EQ(EndOtherSessions(), 1);
    }
    return transaction.Execute(kAdd, {2}).status();
  }));
  EXPECT_EQ(runs, 2);
  EXPECT_EQ(Value(1), 1);
  EXPECT_EQ(Value(2), 1);
}

// The answer to COMMIT is held, then lost: whether it happened cannot be known, so it is not run again.
TEST_F(TransactionTest, ACommitWhoseAnswerIsLostIsInDoubt) {
  TcpProxy proxy(PortOf(url()));
  ConnectionPool pool(Through(proxy, url()), 1);
  int runs = 0;
  absl::Status status;
  std::thread client([&] {
    status = InTransaction(pool, [&](Transaction& transaction) -> absl::Status {
      ++runs;
      FLEET_RETURN_IF_ERROR(transaction.Execute(kAdd, {1}).status());
      proxy.SetMode(TcpProxy::Mode::kHoldReplies);
      return absl::OkStatus();
    });
  });
  EXPECT_TRUE(WaitUntil([&] { return Value() == 1; })) << "the commit did not reach the server";
  proxy.ResetConnections();
  proxy.SetMode(TcpProxy::Mode::kPass);
  client.join();
  EXPECT_THAT(status, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_TRUE(IsInDoubt(status)) << status;
  EXPECT_FALSE(IsTransient(status));
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(Value(), 1);
  // The pool is none the worse.
  FLEET_EXPECT_OK(InTransaction(pool, [](Transaction& transaction) { return transaction.Execute(kAdd, {1}); }));
  EXPECT_EQ(Value(), 2);
}

TEST_F(TransactionTest, ASessionThatIsGoneAtCommitIsInDoubtToo) {
  ConnectionPool pool(url(), 1);
  int runs = 0;
  const absl::Status status = InTransaction(pool, [&](Transaction& transaction) -> absl::Status {
    ++runs;
    FLEET_RETURN_IF_ERROR(transaction.Execute(kAdd, {1}).status());
    EXPECT_EQ(EndOtherSessions(), 1);
    return absl::OkStatus();
  });
  EXPECT_TRUE(IsInDoubt(status)) << status;
  EXPECT_EQ(runs, 1);
  EXPECT_EQ(Value(), 0);
}

TEST_F(TransactionTest, AStatementIsPreparedOncePerConnection) {
  ConnectionPool pool(url(), 1);
  for (int i = 0; i < 3; ++i) {
    FLEET_EXPECT_OK(InTransaction(pool, [](Transaction& transaction) { return transaction.Execute(kAdd, {1}); }));
  }
  constexpr Statement kPrepared{"transaction_test_prepared",
                                "select count(*) from pg_prepared_statements where name like 'transaction_test_add%'"};
  const auto rows = InTransaction(pool, [&](Transaction& transaction) { return transaction.Execute(kPrepared); });
  FLEET_ASSERT_OK(rows);
  EXPECT_EQ((*rows)[0].Int(), 1);
}

TEST_F(TransactionTest, ANameOfAnotherStatementIsAnError) {
  ConnectionPool pool(url(), 1);
  const auto run = [&](const Statement& statement) {
    return InTransaction(pool, [&](Transaction& work) { return work.Execute(statement, {1}); });
  };
  FLEET_EXPECT_OK(run(kRead));
  EXPECT_THAT(run({kRead.name, "select id from t where id = $1::int"}),
              StatusIs(absl::StatusCode::kInternal, ::testing::HasSubstr(kRead.name)));
  const std::string same = kRead.sql;  // the same text from another place is the same statement
  FLEET_EXPECT_OK(run({kRead.name, same.c_str()}));
}

TEST_F(TransactionTest, AStatementThatCouldNotBePreparedCanBeLater) {
  constexpr Statement kLater{"transaction_test_later", "select count(*) from later"};
  ConnectionPool pool(url(), 1);
  const auto run = [&] { return InTransaction(pool, [&](Transaction& work) { return work.Execute(kLater); }); };
  EXPECT_FALSE(run().ok());
  Execute("create table later (x int)");
  FLEET_EXPECT_OK(run());
}

}  // namespace
}  // namespace fleet::database
