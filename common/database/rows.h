// The answer to a statement, without libpqxx in sight.
#ifndef FLEET_COMMON_DATABASE_ROWS_H_
#define FLEET_COMMON_DATABASE_ROWS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace pqxx {
class result;
}

namespace fleet::database {

class RowReader;

class Rows {
 public:
  explicit Rows(const pqxx::result& result);

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  // Rows that an INSERT, UPDATE or DELETE touched.
  int64_t affected() const;
  RowReader operator[](std::size_t row) const;

  class Iterator {
   public:
    Iterator(const Rows& rows, std::size_t row) : rows_(rows), row_(row) {}
    RowReader operator*() const;
    Iterator& operator++() {
      ++row_;
      return *this;
    }
    bool operator!=(const Iterator& other) const { return row_ != other.row_; }

   private:
    const Rows& rows_;
    std::size_t row_;
  };
  Iterator begin() const { return {*this, 0}; }
  Iterator end() const { return {*this, size_}; }

 private:
  friend class RowReader;
  // The driver's result, and where its values are in it.
  struct Answer;
  std::shared_ptr<const Answer> answer_;
  std::size_t size_;
};

// Reads a row's columns one after the other, in the order of the statement's select list. NULL reads as zero or
// empty where the reader is not optional.
class RowReader {
 public:
  RowReader(std::shared_ptr<const Rows::Answer> answer, std::size_t row);

  int32_t Int() { return static_cast<int32_t>(BigInt()); }
  int64_t BigInt() { return OptionalBigInt().value_or(0); }
  bool Bool() { return NextText() == "t"; }
  std::string Text() { return std::string(NextText()); }
  std::optional<int64_t> OptionalBigInt();
  std::optional<std::string> OptionalText();
  // Selected as microseconds since 1970: FLEET_MICROS of the stores.
  absl::Time Time() { return absl::FromUnixMicros(BigInt()); }
  std::optional<absl::Time> OptionalTime();
  std::vector<int32_t> IntArray();
  std::vector<std::optional<std::string>> TextArray();

 private:
  // Data is nullptr for NULL; valid as long as the rows.
  absl::string_view NextText();

  std::shared_ptr<const Rows::Answer> answer_;
  std::size_t next_;
};

}  // namespace fleet::database

#endif  // FLEET_COMMON_DATABASE_ROWS_H_
