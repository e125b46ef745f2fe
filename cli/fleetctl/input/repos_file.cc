#include "cli/fleetctl/input/repos_file.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <unordered_map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "cli/fleetctl/input/csv_reader.h"
#include "cli/fleetctl/input/problem_list.h"
#include "cli/fleetctl/input/repository_columns.h"
#include "common/domain/identifiers.h"
#include "common/status/status_macros.h"

namespace fleet::cli {

namespace {

class RepoList {
 public:
  explicit RepoList(const InputFile& file) : file_(file), problems_(file.name) {}

  void Add(absl::string_view repo, std::size_t line) {
    const std::string problem = domain::RepoNameProblem(repo);
    if (!problem.empty()) return problems_.Add(line, 0, absl::StrCat("\"", repo, "\": ", problem));
    const auto [first, is_new] = line_of_.emplace(domain::RepoKey(repo), line);
    if (!is_new) {
      return problems_.Add(line, 0, absl::StrCat("\"", repo, "\" stands in line ", first->second, " already"));
    }
    repos_.emplace_back(repo);
  }

  absl::StatusOr<std::vector<std::string>> Finish() {
    FLEET_RETURN_IF_ERROR(problems_.ToStatus());
    if (repos_.empty()) return absl::InvalidArgumentError(absl::StrCat(file_.name, ": names no repository"));
    return std::move(repos_);
  }

 private:
  const InputFile& file_;
  std::vector<std::string> repos_;
  std::unordered_map<std::string, std::size_t> line_of_;
  ProblemList problems_;
};

// The first line that is neither blank nor a comment.
struct FirstLine {
  absl::string_view text;
  std::size_t number = 0;
};
FirstLine FirstLineOf(const InputFile& file) {
  FirstLine line;
  for (const absl::string_view text : absl::StrSplit(file.text, '\n')) {
    ++line.number;
    line.text = absl::StripAsciiWhitespace(text.substr(0, text.find('#')));
    if (!line.text.empty()) break;
  }
  return line;
}

// The table of `repo import`: what else its records hold was checked when it was imported.
absl::StatusOr<std::vector<std::string>> ReadTable(const InputFile& file) {
  FLEET_ASSIGN_OR_RETURN(const std::vector<CsvRecord> records, ReadCsv(file));
  ProblemList problems(file.name);
  const RepositoryColumns columns = ReadRepositoryHeader(records.front(), problems);
  FLEET_RETURN_IF_ERROR(problems.ToStatus());
  const auto column =
      static_cast<std::size_t>(std::find(columns.begin(), columns.end(), std::optional(kRepo)) - columns.begin());
  RepoList repos(file);
  for (auto record = records.begin() + 1; record != records.end(); ++record) {
    const std::string text = column < record->size() ? (*record)[column].text : "";
    repos.Add(absl::StripAsciiWhitespace(text), record->front().line);
  }
  return repos.Finish();
}

absl::StatusOr<std::vector<std::string>> ReadLines(const InputFile& file) {
  RepoList repos(file);
  std::size_t line_number = 0;
  for (const absl::string_view line : absl::StrSplit(file.text, '\n')) {
    ++line_number;
    const absl::string_view repo = absl::StripAsciiWhitespace(line.substr(0, line.find('#')));
    if (!repo.empty()) repos.Add(repo, line_number);
  }
  return repos.Finish();
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseReposFile(const InputFile& file) {
  FLEET_RETURN_IF_ERROR(CheckCharacters(file));
  const FirstLine first = FirstLineOf(file);
  if (first.text.find_first_of(",;\t") == absl::string_view::npos) return ReadLines(file);
  const absl::StatusOr<std::vector<CsvRecord>> header = ReadCsv({file.name, std::string(first.text)});
  if (header.ok() && !header->empty() && IsRepositoryHeader(header->front())) return ReadTable(file);
  return absl::InvalidArgumentError(absl::StrCat(file.name, ":", first.number,
                                                 ": looks like a table: write one owner/name a line, or give the table "
                                                 "of `repo import` with its header and commas"));
}

}  // namespace fleet::cli
