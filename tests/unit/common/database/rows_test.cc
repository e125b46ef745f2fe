#include "common/database/rows.h"

#include <gmock/gmock.h>

#include "common/database/transaction.h"
#include "tests/support/status_matchers.h"
#include "tests/unit/common/database/database_fixture.h"

namespace fleet::database {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Optional;

class RowsTest : public DatabaseTest {
 protected:
  absl::StatusOr<Rows> Query(const Statement& statement, std::initializer_list<Value> values = {}) {
    return InTransaction(pool_, [&](Transaction& transaction) { return transaction.Execute(statement, values); });
  }
  ConnectionPool pool_{url(), 1};
};

TEST_F(RowsTest, ReadsColumnsInOrder) {
  constexpr Statement kSelect{"rows_test_types",
                              "select 7, 9000000000::bigint, true, false, 'text', 1234567::bigint, '{1,2}'::int[], "
                              "array['a', null, 'NULL']"};
  const auto rows = Query(kSelect);
  FLEET_ASSERT_OK(rows);
  ASSERT_EQ(rows->size(), 1U);
  RowReader row = (*rows)[0];
  EXPECT_EQ(row.Int(), 7);
  EXPECT_EQ(row.BigInt(), 9'000'000'000);
  EXPECT_TRUE(row.Bool());
  EXPECT_FALSE(row.Bool());
  EXPECT_EQ(row.Text(), "text");
  EXPECT_EQ(row.Time(), absl::FromUnixMicros(1'234'567));
  EXPECT_THAT(row.IntArray(), ElementsAre(1, 2));
  EXPECT_THAT(row.TextArray(), ElementsAre(Optional(std::string("a")), std::nullopt, Optional(std::string("NULL"))));
}

TEST_F(RowsTest, NullReadsAsAbsentOrZero) {
  constexpr Statement kSelect{"rows_test_nulls",
                              "select null::int, null::text, null::bigint, null::text, null::bigint, null::int[], "
                              "null::text[], null::bool"};
  const auto rows = Query(kSelect);
  FLEET_ASSERT_OK(rows);
  RowReader row = (*rows)[0];
  EXPECT_EQ(row.Int(), 0);
  EXPECT_EQ(row.Text(), "");
  EXPECT_FALSE(row.OptionalBigInt().has_value());
  EXPECT_FALSE(row.OptionalText().has_value());
  EXPECT_FALSE(row.OptionalTime().has_value());
  EXPECT_THAT(row.IntArray(), IsEmpty());
  EXPECT_THAT(row.TextArray(), IsEmpty());
  EXPECT_FALSE(row.Bool());
}

TEST_F(RowsTest, ValuesGoThroughTheServerUnchanged) {
  constexpr Statement kEcho{"rows_test_echo", "select $1::text, $2::bigint, $3::text, $4::text[]"};
  const std::string awkward = "a\"b\\c{d},e'f\n\xE2\x82\xAC NULL";
  Array array;
  array.AddText(awkward);
  array.AddText("");
  array.AddText("NULL");
  array.AddNull();
  const auto rows = Query(kEcho, {awkward, absl::FromUnixMicros(-5), Value::Null(), array});
  FLEET_ASSERT_OK(rows);
  RowReader row = (*rows)[0];
  EXPECT_EQ(row.Text(), awkward);
  EXPECT_EQ(row.Time(), absl::FromUnixMicros(-5));
  EXPECT_FALSE(row.OptionalText().has_value());
  EXPECT_THAT(row.TextArray(),
              ElementsAre(Optional(awkward), Optional(std::string()), Optional(std::string("NULL")), std::nullopt));
}

TEST_F(RowsTest, CountsRowsReadAndRowsTouched) {
  Execute("create table t (x int)");
  constexpr Statement kInsert{"rows_test_insert", "insert into t select generate_series(1, 5)"};
  constexpr Statement kSelect{"rows_test_select", "select x from t order by x"};
  const auto inserted = Query(kInsert);
  FLEET_ASSERT_OK(inserted);
  EXPECT_EQ(inserted->affected(), 5);
  EXPECT_TRUE(inserted->empty());
  const auto rows = Query(kSelect);
  FLEET_ASSERT_OK(rows);
  std::vector<int32_t> read;
  for (RowReader row : *rows) read.push_back(row.Int());
  EXPECT_THAT(read, ElementsAre(1, 2, 3, 4, 5));
}

}  // namespace
}  // namespace fleet::database
