// The columns of the table of `repo import`, by its header.
#ifndef FLEET_CLI_FLEETCTL_INPUT_REPOSITORY_COLUMNS_H_
#define FLEET_CLI_FLEETCTL_INPUT_REPOSITORY_COLUMNS_H_

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "cli/fleetctl/input/csv_reader.h"
#include "cli/fleetctl/input/problem_list.h"

namespace fleet::cli {

enum RepositoryColumn { kRepo = 0, kCloneUrl = 1, kDefaultBranch = 2 };
inline constexpr std::array<absl::string_view, 3> kRepositoryColumns = {"repo", "clone_url", "default_branch"};

// A column without a name is one without any text, as spreadsheets leave it behind.
using RepositoryColumns = std::vector<std::optional<RepositoryColumn>>;

// Whether the record is a header: it begins with the name of a column, in any case. No repository is named so.
bool IsRepositoryHeader(const CsvRecord& record);
// The columns of a header; unknown, repeated and missing ones go to `problems`.
RepositoryColumns ReadRepositoryHeader(const CsvRecord& header, ProblemList& problems);

// What separates the fields of a record that has but one, if commas do not: "\";\"", "a tab"; else empty.
std::string OtherSeparator(const CsvRecord& record);

}  // namespace fleet::cli

#endif  // FLEET_CLI_FLEETCTL_INPUT_REPOSITORY_COLUMNS_H_
