#include "common/database/sql_error.h"

#include <gmock/gmock.h>

#include <string>

#include "common/database/transaction.h"
#include "common/status/public_words.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/common/database/database_fixture.h"

namespace fleet::database {
namespace {

struct ErrorCase {
  const char* name;
  Statement statement;
  absl::StatusCode code;
  bool data = false;
};

class SqlErrorTest : public DatabaseTest, public ::testing::WithParamInterface<ErrorCase> {
 protected:
  SqlErrorTest() { Execute("create table t (x int primary key check (x < 100)); insert into t values (1)"); }
};

TEST_P(SqlErrorTest, IsClassified) {
  const ErrorCase& given = GetParam();
  ConnectionPool pool(url(), 1);
  int runs = 0;
  const auto result = InTransaction(pool, [&](Transaction& transaction) {
    ++runs;
    return transaction.Execute(given.statement);
  });
  EXPECT_EQ(result.status().code(), given.code) << result.status();
  EXPECT_EQ(IsDataError(result.status()), given.data);
  EXPECT_FALSE(IsTransient(result.status()));
  EXPECT_FALSE(IsInDoubt(result.status()));
  EXPECT_EQ(runs, 1) << "another try would not help";
  const std::string told(ForCallers(result.status()).message());
  EXPECT_THAT(told, ::testing::StartsWith("the database "));
  EXPECT_NE(told, result.status().message()) << "the driver's words are for the log";
}

INSTANTIATE_TEST_SUITE_P(
    Table, SqlErrorTest,
    ::testing::Values(
        ErrorCase{"Duplicate", {"sql_error_1", "insert into t values (1)"}, absl::StatusCode::kAlreadyExists, true},
        ErrorCase{"Check", {"sql_error_2", "insert into t values (100)"}, absl::StatusCode::kInvalidArgument, true},
        ErrorCase{"NotNull", {"sql_error_3", "insert into t values (null)"}, absl::StatusCode::kInvalidArgument, true},
        ErrorCase{
            "OutOfRange", {"sql_error_4", "select 3000000000::bigint::int"}, absl::StatusCode::kInvalidArgument, true},
        ErrorCase{"BadText", {"sql_error_5", "select 'x'::text::int"}, absl::StatusCode::kInvalidArgument, true},
        ErrorCase{"NotUtf8",
                  {"sql_error_6", "select convert_from('\\xff'::bytea, 'UTF8')"},
                  absl::StatusCode::kInvalidArgument,
                  true},
        ErrorCase{
            "DivisionByZero", {"sql_error_7", "select 1 / (x - 1) from t"}, absl::StatusCode::kInvalidArgument, true},
        ErrorCase{"Syntax", {"sql_error_8", "selekt"}, absl::StatusCode::kInternal},
        ErrorCase{"NoTable", {"sql_error_9", "select * from no_such_table"}, absl::StatusCode::kInternal}),
    [](const auto& instance) { return instance.param.name; });

class SqlTimeoutTest : public DatabaseTest {};

TEST_F(SqlTimeoutTest, AStatementThatTakesTooLongIsUnavailableAndNotTriedAgain) {
  constexpr Statement kLimit{"sql_error_limit", "select set_config('statement_timeout', '20ms', true)"};
  constexpr Statement kSleep{"sql_error_sleep", "select pg_sleep(60)"};
  ConnectionPool pool(url(), 1);
  const auto result = InTransaction(pool, [&](Transaction& transaction) -> absl::StatusOr<Rows> {
    FLEET_RETURN_IF_ERROR(transaction.Execute(kLimit).status());
    return transaction.Execute(kSleep);
  });
  EXPECT_THAT(result, testing::StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_FALSE(IsTransient(result.status()));
}

TEST(SqlErrorKindTest, OtherStatusesAreOfNoKind) {
  for (const absl::Status& status : {absl::OkStatus(), absl::AbortedError("x"), absl::UnavailableError("x"),
                                     absl::InvalidArgumentError("x"), absl::AlreadyExistsError("x")}) {
    EXPECT_FALSE(IsTransient(status));
    EXPECT_FALSE(IsInDoubt(status));
    EXPECT_FALSE(IsDataError(status));
  }
}

}  // namespace
}  // namespace fleet::database
