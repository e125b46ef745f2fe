#include "cli/fleetctl/input/csv_reader.h"

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "common/status/status_macros.h"

namespace fleet::cli {
namespace {

class CsvReader {
 public:
  explicit CsvReader(const InputFile& file) : file_(file), text_(file.text) {}

  absl::StatusOr<std::vector<CsvRecord>> Read() {
    std::vector<CsvRecord> records;
    while (position_ < text_.size()) {
      if (SkipComment()) continue;
      FLEET_ASSIGN_OR_RETURN(CsvRecord record, ReadRecord());
      if (!std::all_of(record.begin(), record.end(), IsBlank)) records.push_back(std::move(record));
    }
    return records;
  }

 private:
  static bool IsBlank(const CsvField& field) { return absl::StripAsciiWhitespace(field.text).empty(); }

  // At the beginning of a record. A comment may hold quotes, so that it is skipped before they are looked for.
  bool SkipComment() {
    const std::size_t begin = std::min(text_.find_first_not_of(" \t", position_), text_.size());
    if (begin == text_.size() || text_[begin] != '#') return false;
    while (position_ < text_.size() && text_[position_] != '\n') Take();
    if (position_ < text_.size()) Take();
    return true;
  }

  absl::StatusOr<CsvRecord> ReadRecord() {
    CsvRecord record;
    while (true) {
      FLEET_ASSIGN_OR_RETURN(CsvField field, ReadField());
      record.push_back(std::move(field));
      if (AtLineEnd()) break;
      Take();  // the comma
    }
    if (Peek() == '\r') Take();
    if (position_ < text_.size()) Take();
    return record;
  }

  absl::StatusOr<CsvField> ReadField() {
    CsvField field{"", line_, column_};
    if (Peek() == '"') {
      FLEET_RETURN_IF_ERROR(ReadQuoted(field));
      if (!AtLineEnd() && Peek() != ',') return Error(line_, column_, "text after a closing quote");
      return field;
    }
    while (!AtLineEnd() && Peek() != ',') {
      if (Peek() == '"') return Error(line_, column_, "a quote inside a field that does not begin with one");
      field.text.push_back(Take());
    }
    return field;
  }

  absl::Status ReadQuoted(CsvField& field) {
    Take();
    while (position_ < text_.size()) {
      const char c = Take();
      if (c != '"') {
        field.text.push_back(c);
      } else if (Peek() == '"') {
        field.text.push_back(Take());
      } else {
        return absl::OkStatus();
      }
    }
    return Error(field.line, field.column, "a quote that is never closed");
  }

  bool AtLineEnd() const {
    if (position_ >= text_.size() || text_[position_] == '\n') return true;
    return text_[position_] == '\r' && (position_ + 1 == text_.size() || text_[position_ + 1] == '\n');
  }

  char Peek() const { return position_ < text_.size() ? text_[position_] : '\0'; }

  char Take() {
    const char c = text_[position_++];
    line_ += c == '\n' ? 1 : 0;
    column_ = c == '\n' ? 1 : column_ + 1;
    return c;
  }

  absl::Status Error(std::size_t line, std::size_t column, absl::string_view problem) const {
    return absl::InvalidArgumentError(absl::StrCat(file_.name, ":", line, ":", column, ": ", problem));
  }

  const InputFile& file_;
  absl::string_view text_;
  std::size_t position_ = 0;
  std::size_t line_ = 1;
  std::size_t column_ = 1;
};

}  // namespace

absl::StatusOr<std::vector<CsvRecord>> ReadCsv(const InputFile& file) { return CsvReader(file).Read(); }

}  // namespace fleet::cli
