#include "common/database/rows.h"

#include <charconv>
#include <pqxx/result>

#include "common/database/values.h"

namespace fleet::database {

Rows::Rows(const pqxx::result& result)
    : result_(std::make_shared<const pqxx::result>(result)), size_(static_cast<std::size_t>(result_->size())) {}

int64_t Rows::affected() const { return static_cast<int64_t>(result_->affected_rows()); }

RowReader Rows::operator[](std::size_t row) const { return RowReader(result_, row); }

RowReader Rows::Iterator::operator*() const { return rows_[row_]; }

bool RowReader::NextIsNull() const { return (*result_)[static_cast<pqxx::result::size_type>(row_)][column_].is_null(); }

absl::string_view RowReader::NextText() {
  const auto field = (*result_)[static_cast<pqxx::result::size_type>(row_)][column_++];
  return field.is_null() ? absl::string_view() : absl::string_view(field.c_str(), field.size());
}

std::optional<int64_t> RowReader::OptionalBigInt() {
  if (NextIsNull()) {
    ++column_;
    return std::nullopt;
  }
  const absl::string_view text = NextText();
  int64_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::optional<std::string> RowReader::OptionalText() {
  if (NextIsNull()) {
    ++column_;
    return std::nullopt;
  }
  return Text();
}

std::optional<absl::Time> RowReader::OptionalTime() {
  const std::optional<int64_t> micros = OptionalBigInt();
  if (!micros.has_value()) return std::nullopt;
  return absl::FromUnixMicros(*micros);
}

std::vector<int32_t> RowReader::IntArray() {
  const absl::string_view text = NextText();
  return text.empty() ? std::vector<int32_t>() : ParseIntArray(text);
}

std::vector<std::optional<std::string>> RowReader::TextArray() {
  const absl::string_view text = NextText();
  return text.empty() ? std::vector<std::optional<std::string>>() : ParseArray(text);
}

}  // namespace fleet::database
