// Values on their way into SQL, in PostgreSQL's text format. Times travel as microseconds since 1970.
#ifndef FLEET_COMMON_DATABASE_VALUES_H_
#define FLEET_COMMON_DATABASE_VALUES_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleet::database {

// One bind parameter. Text must not hold NUL bytes: PostgreSQL cannot store them.
class Value {
 public:
  Value(int value) : text_(std::to_string(value)) {}
  Value(int64_t value) : text_(std::to_string(value)) {}
  Value(bool value) : text_(value ? "t" : "f") {}
  Value(std::string value) : text_(std::move(value)) {}
  Value(absl::string_view value) : text_(std::string(value)) {}
  Value(const char* value) : text_(std::string(value)) {}
  Value(absl::Time value) : Value(absl::ToUnixMicros(value)) {}
  template <typename T>
  Value(const std::optional<T>& value) {
    if (value.has_value()) *this = Value(*value);
  }
  static Value Null() { return Value(std::optional<int>()); }

  // nullptr for NULL.
  const char* c_str() const { return text_.has_value() ? text_->c_str() : nullptr; }

 private:
  std::optional<std::string> text_;
};

// An array parameter, grown element by element: one statement moves a batch, whatever its size.
class Array {
 public:
  void Reserve(std::size_t elements, std::size_t bytes_each) { text_.reserve(elements * (bytes_each + 1) + 2); }
  void Add(int64_t value);
  void Add(const std::optional<int64_t>& value);
  void Add(absl::Time value) { Add(absl::ToUnixMicros(value)); }
  void Add(const std::optional<absl::Time>& value);
  // Quoted as needed.
  void AddText(absl::string_view value);
  // A value known to need no quotes: a UUID.
  void AddBare(absl::string_view value);
  void AddNull();
  // For an array of texts that are arrays themselves.
  void AddArray(const Array& nested) { AddText(nested.text_ + '}'); }
  bool empty() const { return text_.size() == 1; }

  operator Value() const { return Value(text_ + "}"); }

 private:
  void Separate();
  std::string text_ = "{";
};

// Elements of an array in text format; nullopt for NULL. One dimension.
std::vector<std::optional<std::string>> ParseArray(absl::string_view text);
std::vector<int32_t> ParseIntArray(absl::string_view text);

}  // namespace fleet::database

#endif  // FLEET_COMMON_DATABASE_VALUES_H_
