#include "cli/fleetctl/input/repository_columns.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "common/domain/character_rules.h"

namespace fleet::cli {
namespace {

std::optional<RepositoryColumn> ColumnNamed(absl::string_view name) {
  const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(name));
  for (std::size_t i = 0; i < kRepositoryColumns.size(); ++i) {
    if (kRepositoryColumns[i] == lower) return static_cast<RepositoryColumn>(i);
  }
  return std::nullopt;
}

// Why the name of a column is none.
std::string NameProblem(absl::string_view name) {
  const std::string problem = domain::CharacterProblem(name, domain::TextKind::kName);
  if (!problem.empty()) return absl::StrCat("the name of a column ", problem);
  return absl::StrCat("unknown column \"", name, "\"");
}

}  // namespace

bool IsRepositoryHeader(const CsvRecord& record) { return ColumnNamed(record.front().text).has_value(); }

RepositoryColumns ReadRepositoryHeader(const CsvRecord& header, ProblemList& problems) {
  RepositoryColumns columns;
  for (const CsvField& field : header) {
    const absl::string_view name = absl::StripAsciiWhitespace(field.text);
    const std::optional<RepositoryColumn> column = ColumnNamed(name);
    if (!column.has_value() && !name.empty()) {
      problems.Add(field.line, field.column, NameProblem(name));
    } else if (column.has_value() && std::count(columns.begin(), columns.end(), column) > 0) {
      problems.Add(field.line, field.column,
                   absl::StrCat("column ", kRepositoryColumns[*column], " stands there twice"));
    }
    columns.push_back(column);
  }
  for (const RepositoryColumn required : {kRepo, kCloneUrl}) {
    if (std::count(columns.begin(), columns.end(), std::optional(required)) == 0) {
      problems.Add(header.front().line, 0, absl::StrCat("column ", kRepositoryColumns[required], " is missing"));
    }
  }
  return columns;
}

std::string OtherSeparator(const CsvRecord& record) {
  if (record.size() != 1) return "";
  const absl::string_view text = absl::StripAsciiWhitespace(record.front().text);
  const std::size_t at = text.find_first_of(";\t|");
  if (at == absl::string_view::npos) return "";
  return text[at] == '\t' ? "a tab" : absl::StrCat("\"", text.substr(at, 1), "\"");
}

}  // namespace fleet::cli
