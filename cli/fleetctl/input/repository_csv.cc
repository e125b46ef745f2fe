#include "cli/fleetctl/input/repository_csv.h"

#include <array>
#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "cli/fleetctl/input/csv_reader.h"
#include "cli/fleetctl/input/problem_list.h"
#include "cli/fleetctl/input/repository_columns.h"
#include "common/domain/identifiers.h"
#include "common/status/status_macros.h"

namespace fleet::cli {
namespace {

class RepositoryTable {
 public:
  explicit RepositoryTable(const InputFile& file) : file_(file), problems_(file.name) {}

  absl::StatusOr<std::vector<v1::Repository>> Parse() {
    FLEET_ASSIGN_OR_RETURN(const std::vector<CsvRecord> records, ReadCsv(file_));
    auto record = records.begin();
    if (record != records.end()) CheckSeparator(*record);
    FLEET_RETURN_IF_ERROR(problems_.ToStatus());
    if (record != records.end() && IsRepositoryHeader(*record)) {
      columns_ = ReadRepositoryHeader(*record++, problems_);
      has_header_ = true;
    }
    FLEET_RETURN_IF_ERROR(problems_.ToStatus());
    for (; record != records.end(); ++record) ReadRepository(*record);
    FLEET_RETURN_IF_ERROR(problems_.ToStatus());
    if (repositories_.empty()) return absl::InvalidArgumentError(absl::StrCat(file_.name, ": holds no repository"));
    return std::move(repositories_);
  }

 private:
  bool CheckSeparator(const CsvRecord& record) {
    const std::string separator = OtherSeparator(record);
    if (separator.empty()) return true;
    return Refuse(record.front(), absl::StrCat("fields are separated by ", separator, ", commas are expected"));
  }

  void ReadRepository(const CsvRecord& record) {
    if (!CheckSeparator(record) || !CheckWidth(record)) return;
    std::array<CsvField, 3> fields;
    for (CsvField& field : fields) field.line = record.front().line;
    for (std::size_t i = 0; i < record.size(); ++i) {
      const std::string text(absl::StripAsciiWhitespace(record[i].text));
      if (text.empty() && i >= columns_.size()) continue;
      if (i >= columns_.size() || (!columns_[i].has_value() && !text.empty())) {
        Refuse(record[i], i < columns_.size() ? "text in a column without a name"
                                              : absl::StrCat("more than ", columns_.size(), " fields"));
        return;
      }
      if (!columns_[i].has_value()) continue;
      fields[*columns_[i]] = record[i];
      fields[*columns_[i]].text = text;
    }
    if (!Check(fields)) return;
    v1::Repository& repository = repositories_.emplace_back();
    repository.set_repo(fields[kRepo].text);
    repository.set_clone_url(fields[kCloneUrl].text);
    repository.set_default_branch(fields[kDefaultBranch].text);
  }

  // A header says what every row has; without one the last column may be left out.
  bool CheckWidth(const CsvRecord& record) {
    std::size_t named = columns_.size();
    while (named > 0 && !columns_[named - 1].has_value()) --named;
    if (!has_header_ || record.size() >= named) return true;
    problems_.Add(record.front().line, 0, absl::StrCat("has ", record.size(), " of the header's ", named, " fields"));
    return false;
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
    if (const std::string problem = domain::DefaultBranchProblem(branch.text); !problem.empty()) {
      return Refuse(branch, absl::StrCat("default_branch \"", branch.text, "\" ", problem));
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
  RepositoryColumns columns_ = {kRepo, kCloneUrl, kDefaultBranch};
  bool has_header_ = false;
  std::vector<v1::Repository> repositories_;
  std::unordered_map<std::string, std::size_t> line_of_;
  ProblemList problems_;
};

}  // namespace

absl::StatusOr<std::vector<v1::Repository>> ParseRepositoryCsv(const InputFile& file) {
  return RepositoryTable(file).Parse();
}

}  // namespace fleet::cli
