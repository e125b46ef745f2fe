#include "cli/fleetctl/input/repository_csv.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cli/fleetctl/input/csv_reader.h"
#include "cli/fleetctl/input/problem_list.h"
#include "common/domain/identifiers.h"
#include "common/status/status_macros.h"

namespace fleet::cli {
namespace {

enum Column { kRepo = 0, kCloneUrl = 1, kDefaultBranch = 2 };
constexpr std::array<absl::string_view, 3> kColumnNames = {"repo", "clone_url", "default_branch"};

std::optional<Column> ColumnNamed(absl::string_view name) {
  const std::string lower = absl::AsciiStrToLower(absl::StripAsciiWhitespace(name));
  for (std::size_t i = 0; i < kColumnNames.size(); ++i) {
    if (kColumnNames[i] == lower) return static_cast<Column>(i);
  }
  return std::nullopt;
}

class RepositoryTable {
 public:
  explicit RepositoryTable(const InputFile& file) : file_(file), problems_(file.name) {}

  absl::StatusOr<std::vector<v1::Repository>> Parse() {
    FLEET_ASSIGN_OR_RETURN(const std::vector<CsvRecord> records, ReadCsv(file_));
    auto record = records.begin();
    if (record != records.end() && ColumnNamed(record->front().text).has_value()) ReadHeader(*record++);
    FLEET_RETURN_IF_ERROR(problems_.ToStatus());
    for (; record != records.end(); ++record) ReadRepository(*record);
    FLEET_RETURN_IF_ERROR(problems_.ToStatus());
    if (repositories_.empty()) return absl::InvalidArgumentError(absl::StrCat(file_.name, ": holds no repository"));
    return std::move(repositories_);
  }

 private:
  void ReadHeader(const CsvRecord& header) {
    columns_.clear();
    for (const CsvField& field : header) {
      const std::optional<Column> column = ColumnNamed(field.text);
      if (!column.has_value()) {
        problems_.Add(field.line, field.column, absl::StrCat("unknown column \"", field.text, "\""));
      } else if (std::count(columns_.begin(), columns_.end(), *column) > 0) {
        problems_.Add(field.line, field.column, absl::StrCat("column ", kColumnNames[*column], " stands there twice"));
      } else {
        columns_.push_back(*column);
      }
    }
    for (const Column required : {kRepo, kCloneUrl}) {
      if (std::count(columns_.begin(), columns_.end(), required) == 0) {
        problems_.Add(header.front().line, 0, absl::StrCat("column ", kColumnNames[required], " is missing"));
      }
    }
  }

  void ReadRepository(const CsvRecord& record) {
    if (record.size() > columns_.size()) {
      const CsvField& extra = record[columns_.size()];
      problems_.Add(extra.line, extra.column, absl::StrCat("more than ", columns_.size(), " fields"));
      return;
    }
    std::array<CsvField, 3> fields;
    for (CsvField& field : fields) field.line = record.front().line;
    for (std::size_t i = 0; i < record.size(); ++i) {
      fields[columns_[i]] = record[i];
      fields[columns_[i]].text = std::string(absl::StripAsciiWhitespace(record[i].text));
    }
    if (!Check(fields)) return;
    v1::Repository& repository = repositories_.emplace_back();
    repository.set_repo(fields[kRepo].text);
    repository.set_clone_url(fields[kCloneUrl].text);
    repository.set_default_branch(fields[kDefaultBranch].text);
  }

  bool Check(const std::array<CsvField, 3>& fields) {
    const CsvField& repo = fields[kRepo];
    const CsvField& clone_url = fields[kCloneUrl];
    const CsvField& branch = fields[kDefaultBranch];
    if (const std::string problem = domain::RepoNameProblem(repo.text); !problem.empty()) {
      return Refuse(repo, absl::StrCat("repo \"", repo.text, "\": ", problem));
    }
    if (clone_url.text.empty()) return Refuse(clone_url, "clone_url is missing");
    if (const std::string problem = domain::CloneUrlProblem(clone_url.text); !problem.empty()) {
      return Refuse(clone_url, absl::StrCat("clone_url: ", problem));
    }
    if (!branch.text.empty() && !domain::IsBranchName(branch.text)) {
      return Refuse(branch, absl::StrCat("default_branch \"", branch.text, "\" cannot name a branch"));
    }
    const auto [first, is_new] = line_of_.emplace(domain::RepoKey(repo.text), repo.line);
    if (is_new) return true;
    return Refuse(repo, absl::StrCat("repo \"", repo.text, "\" stands in line ", first->second, " already"));
  }

  bool Refuse(const CsvField& field, absl::string_view problem) {
    problems_.Add(field.line, field.column, problem);
    return false;
  }

  const InputFile& file_;
  std::vector<Column> columns_ = {kRepo, kCloneUrl, kDefaultBranch};
  std::vector<v1::Repository> repositories_;
  std::unordered_map<std::string, std::size_t> line_of_;
  ProblemList problems_;
};

}  // namespace

absl::StatusOr<std::vector<v1::Repository>> ParseRepositoryCsv(const InputFile& file) {
  return RepositoryTable(file).Parse();
}

}  // namespace fleet::cli
